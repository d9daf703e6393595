"""The reference of the benchmark, written for speed alone, gives the same scores."""

import shutil

import pytest
from customer_health.reference import SEEDS, compare, score
from laboratory import DAYS
from scenarios import NEXT_DAY, Built


@pytest.fixture(scope="module")
def reference(base: Built, tmp_path_factory):
    """All six days at once, on the raw data of the base."""
    file = tmp_path_factory.mktemp("reference") / "reference.duckdb"
    score(base.raw, file, DAYS[0], DAYS[-1])
    return file


def problems(compared) -> list:
    return [table for table in compared if table.differing_rows or not table.rows]


def test_the_reference_equals_the_project(base, reference):
    assert not problems(compare(reference, base.warehouse))


def test_a_day_more_gives_what_all_days_at_once_give(base, reference, tmp_path):
    """The daily run scores the open days, and reads no older event again."""
    file = tmp_path / "daily.duckdb"
    score(base.raw, file, DAYS[0], DAYS[-2])
    score(base.raw, file, DAYS[3], DAYS[-1])
    assert not problems(compare(file, base.warehouse, DAYS[0], DAYS[-1]))


def test_the_reference_follows_a_new_version(new_version, tmp_path):
    """Which scores all accounts from the last day on, in steps."""
    file = tmp_path / "new_version.duckdb"
    seeds = new_version.project / "seeds"
    score(new_version.raw, file, DAYS[0], NEXT_DAY, seeds)
    assert not problems(compare(file, new_version.warehouse))


def test_the_comparison_notices_another_weight(base, tmp_path):
    seeds = shutil.copytree(SEEDS, tmp_path / "seeds")
    weights = seeds / "scorecard_signals.csv"
    before = weights.read_text()
    after = before.replace(
        "default,1,login_days_28d,20,", "default,1,login_days_28d,21,"
    )
    assert after != before
    weights.write_text(after)
    file = tmp_path / "other_weight.duckdb"
    score(base.raw, file, DAYS[0], DAYS[-1], seeds)
    tables = problems(compare(file, base.warehouse))
    assert {table.table for table in tables} == {
        "account_health_daily",
        "dimension_scores_daily",
        "signal_scores_daily",
    }
