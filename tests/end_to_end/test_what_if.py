"""A candidate scorecard is told of as soon as it is written, and once."""

from laboratory import AS_OF, rows, value

SUMMARY = (
    "select verdict, accounts, account_months, accounts_band_up + accounts_band_down"
    " from scorecard_what_if_summary where scorecard = ? and scorecard_version = ?"
)
TABLES = (
    "scorecard_what_if",
    "scorecard_what_if_accounts",
    "scorecard_what_if_summary",
)


def test_a_candidate_that_says_the_same_changes_nothing(what_if):
    """Every account that the published version scores, on the latest day and at the end
    of the month, has the band and score that was published. Catches another scope than
    the spine's, and peers, caps or coverage that are not those of the day."""
    ((verdict, accounts, account_months, moved),) = rows(
        what_if.warehouse, SUMMARY, "default", 2
    )
    scored = (
        "select count(*) from account_health_daily"
        " where scorecard = 'default' and snapshot_date = ?"
    )
    assert verdict == "the same"
    assert accounts == value(what_if.warehouse, scored, AS_OF) > 0
    assert account_months == value(what_if.warehouse, scored, "2025-05-31") > 0
    assert moved == 0
    assert (
        value(
            what_if.warehouse,
            "select count(*) from scorecard_what_if where scorecard = 'default'"
            " and scorecard_version = 2"
            " and (from_band <> to_band or mean_change <> 0)",
        )
        == 0
    )
    assert (
        value(
            what_if.warehouse,
            "select count(*) from scorecard_what_if_accounts"
            " where scorecard = 'default' and scorecard_version = 2",
        )
        == 0
    )


def test_another_weight_moves_accounts_and_says_why(what_if):
    """Support that weighs more moves scores, and the signals that do it are named."""
    ((verdict, *_),) = rows(what_if.warehouse, SUMMARY, "default", 3)
    assert verdict != "the same"
    moves = rows(
        what_if.warehouse,
        "select change, signals_up, signals_down from scorecard_what_if_accounts"
        " where scorecard = 'default' and scorecard_version = 3"
        " and change is not null",
    )
    assert moves
    for change, up, down in moves:
        assert up if change > 0 else down
        assert "counts for" in f"{up}{down}"


def test_the_base_told_of_the_candidate_that_it_had(base):
    """starter_6 is shipped as a candidate: the first evaluation compares it."""
    assert rows(
        base.warehouse,
        "select scorecard, scorecard_version, accounts > 0"
        " from scorecard_what_if_summary",
    ) == [("starter_6", 1, True)]


def test_what_was_told_is_not_computed_again(what_if):
    """A run with the same seeds finds nothing due, and leaves what was told. Catches a
    fingerprint that differs from run to run, and history that is lost."""
    due = "select count(*) from intermediate.int_evaluation_day"
    assert value(what_if.warehouse, due) == 1
    assert value(what_if.again, due) == 0
    for table in TABLES:
        query = f"select * from {table} order by all"
        told = rows(what_if.warehouse, query)
        assert told and rows(what_if.again, query) == told, table
