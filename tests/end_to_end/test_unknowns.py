"""Unknown is not bad, and not good either: dead feeds, absent and vanished tables."""

import pytest
from laboratory import AS_OF, rows, value
from scenarios import DEAD_FOR_DAYS
from scores import TOLERANCE, Scores, policy

USAGE = {
    name
    for name, signal in policy().signals.items()
    if signal["governing_source"] == "usage.events" and policy().is_stored(name, AS_OF)
}


def signals_on(built, day):
    """(account, signal) -> (status, score, weight) on a day."""
    return {
        (account, signal): rest
        for account, signal, *rest in rows(
            built.warehouse,
            "select account_id, signal, status, score, weight "
            "from intermediate.int_signal_contributions where snapshot_date = ?",
            day,
        )
    }


def test_a_dead_feed_is_stale_and_scores_nobody(dead_feed):
    """Without any usage event for 20 days, its signals are 'stale source', without
    score, value or weight, for every account; catches zeros that make everybody look
    dead."""
    found = rows(
        dead_feed.warehouse,
        "select signal, status, value, score, weight "
        "from intermediate.int_signal_contributions "
        "where snapshot_date = ? and weight is not null",
        AS_OF,
    )
    usage = {row[1:] for row in found if row[0] in USAGE}
    assert usage == {("stale source", None, None, 0.0)}
    assert {row[0] for row in found} & USAGE == USAGE
    assert (
        value(
            dead_feed.warehouse,
            "select freshness from data_inventory where table_name = 'events'",
        )
        == "stale"
    )


def test_a_dead_feed_changes_nothing_but_coverage(base, dead_feed):
    """What is measured from other sources has the same score as with the feed, and
    health is the weighted mean of just that: computed from the scores of the build with
    a living feed, leaving out usage. Coverage falls by the weight that usage carried,
    the share that applies does not."""
    alive, dead = signals_on(base, AS_OF), signals_on(dead_feed, AS_OF)
    assert alive.keys() == dead.keys()
    for key, (status, score, _) in alive.items():
        if key[1] not in USAGE:
            assert dead[key][:2] == [status, score], key
    health = "select account_id, uncapped_health_score, coverage, applicable_share "
    health += "from account_health_daily where snapshot_date = ?"
    before = {row[0]: row[1:] for row in rows(base.warehouse, health, AS_OF)}
    after = {row[0]: row[1:] for row in rows(dead_feed.warehouse, health, AS_OF)}
    without_usage = Scores.of(base.warehouse, days=[AS_OF], make_stale=USAGE)
    assert before.keys() == after.keys()
    for account, (score, coverage, applicable_share) in after.items():
        expected = without_usage.health[account, AS_OF]
        assert score == pytest.approx(expected.health_score, abs=TOLERANCE), account
        assert coverage < before[account][1]
        assert applicable_share == before[account][2]


def test_a_score_that_rests_on_a_dead_feed_says_so(base, dead_feed):
    """Every account names usage.events and its age; the share of the score that is
    stale is at least what coverage lost. Below the minimum of the scorecard there is no
    score, no band, and the words say that; above, there is one. Catches a score that
    passes for whole, and one on hardly any data."""
    found = rows(
        dead_feed.warehouse,
        """
        select
            accounts.account_id, accounts.coverage, scorecards.minimum_coverage,
            accounts.health_score, accounts.health_band, accounts.relationship_score,
            accounts.stale_share, accounts.score_warning
        from account_health_current as accounts
        inner join policy.scorecards as scorecards
            on accounts.scorecard = scorecards.scorecard
            and accounts.scorecard_version = scorecards.version
        """,
    )
    before = {
        account: rest
        for account, *rest in rows(
            base.warehouse,
            "select account_id, coverage, stale_share, score_warning "
            "from account_health_current",
        )
    }
    withheld = set()
    for account, coverage, minimum, score, band, relationship, share, words in found:
        alive_coverage, alive_share, alive_words = before[account]
        assert share > alive_share, account
        assert coverage + share <= 1 + TOLERANCE, account
        assert alive_coverage - coverage <= share + TOLERANCE, account
        assert f"usage.events ({DEAD_FOR_DAYS} days old, " in words, account
        is_withheld = coverage < minimum
        assert (score is None) == is_withheld, account
        assert (band == "unknown") == is_withheld, account
        assert is_withheld or relationship is not None
        assert ("no score: " in words) == is_withheld, account
        if is_withheld and "no score" not in (alive_words or ""):
            withheld.add(account)
    # some have lost their score to the feed, most have not
    assert 0 < len(withheld) < len(found) / 2


def test_one_account_that_stops_is_scored_low(base, one_silent):
    """While the feed is alive, an account without use for 20 days is measured and low;
    catches a staleness that excuses everybody."""
    alive, silent = signals_on(base, AS_OF), signals_on(one_silent, AS_OF)
    key = one_silent.silent, "days_since_last_use"
    assert silent[key][0] == "measured"
    assert silent[key][1] < 50 <= alive[key][1]
    query = (
        "select score from dimension_scores_daily "
        "where account_id = ? and snapshot_date = ? and dimension = 'adoption'"
    )
    before = value(base.warehouse, query, one_silent.silent, AS_OF)
    after = value(one_silent.warehouse, query, one_silent.silent, AS_OF)
    assert after < before - 10
    assert {row[0] for key, row in silent.items() if key[1] in USAGE} <= {
        "measured",
        "missing",
    }


def test_a_table_that_never_was_does_not_apply(base, one_silent):
    """A company without surveys is scored by the rest: 'not applicable', outside
    coverage, told by applicable_share; catches a penalty for what nobody has."""
    assert rows(
        one_silent.warehouse,
        "select distinct status, weight from intermediate.int_signal_contributions "
        "where signal in ('nps_180d', 'csat_mean_90d', 'competitor_intent_share_28d') "
        "and weight is not null",
    ) == [("not applicable", 0.0)]
    assert (
        value(
            one_silent.warehouse,
            "select max(applicable_share) from account_health_daily",
        )
        < 1
    )
    assert (
        value(base.warehouse, "select min(applicable_share) from account_health_daily")
        == 1
    )
    assert (
        rows(
            one_silent.warehouse,
            "select freshness, warning from data_inventory "
            "where table_name in ('responses', 'intent')",
        )
        == [("absent", None)] * 2
    )


def test_a_table_that_disappears_is_stale(disappeared):
    """It was there, so its signals apply and are unknown, and data_inventory says so;
    catches a lost export that passes for a company without surveys."""
    day = value(
        disappeared.warehouse, "select max(snapshot_date) from account_health_daily"
    )
    assert rows(
        disappeared.warehouse,
        "select distinct status from intermediate.int_signal_contributions "
        "where signal in ('nps_180d', 'csat_mean_90d') and snapshot_date = ?",
        day,
    ) == [("stale source",)]
    assert rows(
        disappeared.warehouse,
        "select distinct applicable_share from account_health_daily "
        "where snapshot_date = ?",
        day,
    ) == [(1.0,)]
    ((freshness, warning),) = rows(
        disappeared.warehouse,
        "select freshness, warning from data_inventory where table_name = 'responses'",
    )
    assert freshness == "disappeared"
    assert "disappeared" in warning
