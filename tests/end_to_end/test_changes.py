"""Past days can be computed again, and a change of the score is told apart by cause."""

from collections import defaultdict
from dataclasses import replace

import pytest
from laboratory import DAYS, rows
from scores import TOLERANCE, Scores, policy

RECOMPUTED = (
    "health_score",
    "uncapped_health_score",
    "coverage",
    "applicable_share",
    "relationship_score",
    "impact_score",
)
PARTS = ("behaviour", "coverage", "configuration", "caps")


def stored_measurements(warehouse):
    """Status and value of each stored signal, per account-day."""
    found = defaultdict(dict)
    for account, day, signal, status, value in rows(
        warehouse,
        "select account_id, snapshot_date, signal, status, value "
        "from signal_scores_daily",
    ):
        found[account, day][signal] = status, value
    return found


def test_a_past_day_is_recomputed_as_it_was_published(looked_back):
    """Every account-day of history, to the last digit, from what is stored alone:
    scores, axes and coverage, with medians of peers, stale sources and caps. Catches
    a rule of scoring that is not in what recomputes, and values that are stored with
    fewer digits than were scored."""
    days = rows(
        looked_back.warehouse,
        "select account_id, snapshot_date from account_health_daily",
    )
    assert len(looked_back.recomputed) == len(days)
    for row in looked_back.recomputed:
        place = row["account_id"], row["snapshot_date"]
        assert row["not_recomputed_because"] is None, place
        for name in RECOMPUTED:
            assert row[name] == row[f"published_{name}"], (place, name)
    assert any(row["health_score"] is not None for row in looked_back.recomputed)


def test_a_withheld_score_is_recomputed_as_withheld(dead_feed):
    """Where too little was measured; catches a recomputation that redistributes what
    nobody knows."""
    found = rows(
        dead_feed.warehouse,
        """
        select published.health_score, recomputed.health_score, published.coverage,
            recomputed.coverage, recomputed.not_recomputed_because
        from account_health_daily as published
        inner join intermediate.int_recomputed_health as recomputed
            using (account_id, snapshot_date)
        """,
    )
    assert any(published is None for published, *_ in found)
    for published, recomputed, coverage, recomputed_coverage, reason in found:
        assert (published, coverage, None) == (recomputed, recomputed_coverage, reason)


@pytest.mark.parametrize("asked", ["template_5", "default", "starter_6"])
def test_a_past_day_is_recomputed_under_another_version(looked_back, asked):
    """Every account-day, by any version, that of a candidate as well: as an independent
    computation scores the stored values by that version. Catches a recomputation that
    scores by the version of the day, and signals that are stored only where the
    account's own scorecard shows them."""
    version = f"{asked} 1"
    rules = policy()
    stored = stored_measurements(looked_back.warehouse)
    found = looked_back.by_version[asked]
    own = {
        (row["account_id"], row["snapshot_date"])
        for row in found
        if row["published_scorecard"] == asked
    }
    # peers are those whom the scorecard scored on the day
    by_peers = {
        signal
        for signal, knots in rules.knots[version].items()
        if knots.weight and knots.missing_policy == "peer_median"
    }
    expected_own, expected_other = (
        Scores(rules, dict.fromkeys(keys, version), stored)
        for keys in (own, stored.keys() - own)
    )
    assert len(found) == len(stored)
    compared = 0
    for row in found:
        place = row["account_id"], row["snapshot_date"]
        assert row["not_recomputed_because"] is None, place
        if place not in own and any(
            stored[place][signal][0] == "missing" for signal in by_peers
        ):
            continue
        by_hand = (expected_own if place in own else expected_other).health[place]
        for name, expected_value in (
            ("health_score", by_hand.capped_score),
            ("uncapped_health_score", by_hand.health_score),
            ("relationship_score", by_hand.relationship_score),
            ("impact_score", by_hand.impact_score),
            ("coverage", by_hand.coverage),
            ("applicable_share", by_hand.applicable_share),
        ):
            if row[name] is None or expected_value is None:
                assert row[name] is expected_value, (place, name)
            else:
                assert row[name] == pytest.approx(expected_value, abs=TOLERANCE), (
                    place,
                    name,
                )
        compared += place not in own
    assert compared


def test_a_change_of_scorecard_is_told_apart(looked_back):
    """Whoever is scored by another scorecard than on the first day has the four causes
    as anybody else; catches signals of the new scorecard that were not stored while the
    old one scored the account."""
    moved = [
        row
        for row in looked_back.changes
        if row["first_scorecard"] not in (None, row["scorecard"])
        and row["change"] is not None
    ]
    assert moved, "no account of the demo data changes its scorecard in these days"
    for row in moved:
        assert row["not_explained_because"] is None, row["account_id"]
    assert any(row["configuration"] for row in moved)


def test_the_change_is_explained_as_an_independent_computation_does(looked_back):
    """Behaviour, configuration and coverage of every account from the first to the last
    day, by their definitions in words. Catches weights that are not redistributed over
    what both days have, and the version of the wrong day."""
    stored = stored_measurements(looked_back.warehouse)
    first, last = DAYS[0], DAYS[-1]
    published = {
        (account, day): (version, uncapped, health)
        for account, day, version, uncapped, health in rows(
            looked_back.warehouse,
            "select account_id, snapshot_date, scorecard || ' ' || scorecard_version, "
            "uncapped_health_score, health_score from account_health_daily",
        )
    }
    rules = policy()
    rules = replace(rules, minimum_coverage=dict.fromkeys(rules.minimum_coverage, 0))
    explained = [
        row for row in looked_back.changes if row["not_explained_because"] is None
    ]
    versions = {
        (row["account_id"], day): published[row["account_id"], last][0]
        for row in explained
        for day in (first, last)
    }
    common = {}
    for row in explained:
        account = row["account_id"]
        of_days = stored[account, first], stored[account, last]
        both = {
            signal
            for signal in of_days[0].keys() & of_days[1].keys()
            if of_days[0][signal][0] == of_days[1][signal][0] == "measured"
        }
        for day, of_day in zip((first, last), of_days, strict=True):
            # what is stale redistributes
            common[account, day] = {
                signal: measured if signal in both else ("stale source", None)
                for signal, measured in of_day.items()
            }
    as_if = Scores(rules, versions, common)
    assert len(explained) > 50
    for row in explained:
        account = row["account_id"]
        before, after = published[account, first], published[account, last]
        scores = [as_if.health[account, day].health_score for day in (first, last)]
        assert row["behaviour"] == pytest.approx(
            scores[1] - scores[0], abs=2 * TOLERANCE
        ), account
        if before[0] == after[0]:
            assert row["configuration"] == 0, account
        assert row["caps"] == pytest.approx(
            (after[2] - after[1]) - (before[2] - before[1]), abs=1e-6
        )
        assert sum(row[part] for part in PARTS) == pytest.approx(
            row["change"], abs=1e-6
        )
        assert row["change"] == pytest.approx(after[2] - before[2], abs=1e-6)
    for part in ("behaviour", "coverage"):
        assert any(row[part] for row in explained), part


def test_the_mart_says_of_its_periods_what_the_analysis_says(looked_back):
    """Of the last day and the one before, column by column, sentences included."""
    columns = [name for name in looked_back.changes_of_a_day[0] if name != "last_day"]
    mart = {
        row[0]: row
        for row in rows(
            looked_back.warehouse,
            f"select {', '.join(columns)} from health_changes where period_days = 1",
        )
    }
    answers = {
        row["account_id"]: tuple(row[name] for name in columns)
        for row in looked_back.changes_of_a_day
    }
    assert mart
    assert mart == {account: answers[account] for account in mart}
    # who is gone has no row of the last day
    for account in answers.keys() - mart.keys():
        row = dict(zip(columns, answers[account], strict=True))
        assert row["not_explained_because"] == "the account has no row on the last day"


def test_every_sentence_has_words(looked_back):
    """On the demo data no sentence shows an id of a signal or a gap; catches labels
    and words that do not reach the sentences."""
    signals = policy().signals
    sentences = [
        sentence
        for (sentence,) in rows(
            looked_back.warehouse, "select sentence from health_drivers"
        )
    ]
    sentences += [
        row[name]
        for row in looked_back.changes
        for name in ("signals_up", "signals_down")
        if row[name]
    ]
    assert sentences
    for sentence in sentences:
        words = set(sentence.replace(",", "").replace(":", "").split())
        assert not {word for word in words if "_" in word and word in signals}, sentence
        assert "{" not in sentence
        assert ", ," not in sentence
        assert "  " not in sentence
