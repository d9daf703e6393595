"""Seeds that cannot be right stop the build, with words that say which row and why."""

import duckdb
import pytest
from comparison import HISTORY_MARTS, assert_same_rows
from laboratory import rows


def found_by_failing_tests(refusal) -> list[str]:
    """The rows that the failing data tests found, as text."""
    found = []
    with duckdb.connect(str(refusal.warehouse), read_only=True) as connection:
        for result in refusal.run.results():
            if result["status"] == "fail":
                name = result["unique_id"].split(".")[2]
                found += [
                    f"{name}: {row}"
                    for row in connection.execute(result["compiled_code"]).fetchall()
                ]
    return found


@pytest.mark.parametrize(
    "words",
    [
        ("default 1 moon_phase", "unknown signal"),
        ("health_bands", "min_score 55", "bands overlap"),
        ("default 1 days_since_last_use", "knots out of order"),
        ("default 1 touches_90d", "more is better"),
        ("published rows without selectors", "gap or overlap"),
        ("default and second", "equal priority"),
        ("signals", "arr", "it needs words"),
        ("calibration_bounds", "support", "minimum_share <= maximum_share"),
    ],
    ids=lambda words: words[-1],
)
def test_a_broken_seed_fails_with_words(broken_policy, words):
    """Each broken row is named with what is wrong with it; catches a rule that was
    dropped."""
    assert broken_policy.run.code == 1
    found = found_by_failing_tests(broken_policy)
    assert any(all(word in line for word in words) for line in found), "\n".join(found)


def test_columns_of_a_seed_never_swap_without_a_word(publication, broken_policy):
    """In lifecycle_stages.csv two columns have changed places: the values are loaded
    under their own names, or a test fails. Catches loading by position into a table
    that has the columns in the earlier order."""
    stages = (
        "select stage, min_tenure_days, max_tenure_days "
        "from policy.lifecycle_stages order by stage"
    )
    loaded = rows(broken_policy.warehouse, stages)
    assert loaded == rows(publication.warehouse, stages) or any(
        line.startswith("loaded_as_written_lifecycle_stages")
        for line in found_by_failing_tests(broken_policy)
    )


def test_a_broken_seed_shows_in_the_output(broken_policy):
    """Who runs scripts/build sees the failing rule and its row; catches a message that
    only says that some test failed."""
    output = broken_policy.run.output
    assert "scorecards_are_sound" in output
    assert "unknown signal" in output


def test_a_broken_seed_leaves_history_untouched(publication, broken_policy):
    """No history mart was written; catches a test that does not stand before them."""
    assert_same_rows(
        publication.warehouse,
        broken_policy.warehouse,
        [*HISTORY_MARTS, "history_ledger"],
        with_stamps=True,
    )


# Policy that has scored


@pytest.mark.parametrize(
    "words",
    [
        ("default 1", "login_days_28d", "weight", "20.0", "21.0", "add a version"),
        ("template_5 1", "arr", "fifty_at", "25000.0", "24000.0", "add a version"),
        ("too_early 1", "on days that are closed"),
        ("urgent_case_over_7_days", "threshold", "7.0", "9.0", "add a cap"),
        ("health_bands", "watch", "min_score", "55.0", "54.0", "add a version"),
    ],
    ids=lambda words: words[0],
)
def test_an_edited_version_is_named(edited_policy, words):
    """Scorecard, version, signal, column, what it was and is, and what to do; catches
    weights that rewrite the past without a word."""
    assert edited_policy.run.code == 1
    found = found_by_failing_tests(edited_policy)
    assert any(all(word in line for word in words) for line in found), "\n".join(found)
    assert "mean_days_late_180d" not in "\n".join(found), "it is only watched"


def test_an_edited_version_leaves_history_untouched(publication, edited_policy):
    """Neither the scores nor what is known of the policy were written."""
    assert_same_rows(
        publication.warehouse,
        edited_policy.warehouse,
        [*HISTORY_MARTS, "history_ledger", "policy_ledger"],
        with_stamps=True,
    )
