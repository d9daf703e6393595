"""Which scorecard scores whom, from when on, and what a restatement carries on."""

import pytest
from comparison import HISTORY_MARTS, assert_same_rows
from laboratory import CLOSED_DAYS, DAYS, rows, value
from scenarios import CARRY_REASON, NEXT_DAY

# Customers without subscriptions


def test_customers_without_subscriptions_are_scored(by_activity):
    """All by the scorecard that asks for no contract, and most have a score; catches a
    company that is left out because it sells by the piece, and scores of seats and
    renewals that nobody has. The build passed all data tests."""
    found = rows(
        by_activity.warehouse,
        "select scorecard, count(*), count(health_score), count(settled_band) "
        "from account_health_daily group by 1",
    )
    ((scorecard, accounts, scored, settled),) = found
    assert scorecard == "transactional"
    assert accounts > 50
    assert scored > accounts / 2
    assert settled == accounts


def test_revenue_without_subscriptions_is_what_was_invoiced(by_activity):
    """Of the last 365 days, as the file of invoices has it, where all of it is in the
    reporting currency and nobody was merged; catches revenue of zero, and a month that
    counts twelve times."""
    invoiced = {
        account: amount
        for account, amount in rows(
            by_activity.warehouse,
            """
            select account_id, round(sum(amount), 2)
            from staging.stg_billing__invoices
            where issued_on > ? - 365 and issued_on <= ? and loaded_on <= ? + 3
            group by account_id
            having count(distinct currency) = 1 and min(currency) = 'USD'
                and count(amount) = count(*)
                and account_id not in (
                    select merged_into_account_id from staging.stg_crm__accounts
                    where merged_into_account_id is not null
                )
            """,
            *[DAYS[-1]] * 3,
        )
    }
    revenue = dict(
        rows(by_activity.warehouse, "select account_id, arr from account_health_daily")
    )
    compared = invoiced.keys() & revenue.keys()
    assert len(compared) > 20
    assert {account: revenue[account] for account in compared} == pytest.approx(
        {account: invoiced[account] for account in compared}
    )


# A new version


def test_a_new_version_scores_from_its_day_on(base, new_version):
    """All accounts of the day, by red, yellow or green and one vote each; catches a
    beginning that is off by a day, and linear scores of a scorecard of steps."""
    assert rows(
        new_version.warehouse,
        "select distinct snapshot_date, scorecard, scorecard_version "
        "from account_health_daily where scorecard = 'starter_6'",
    ) == [(NEXT_DAY, "starter_6", 2)]
    assert rows(
        new_version.warehouse,
        "select distinct scorecard from account_health_daily where snapshot_date = ?",
        NEXT_DAY,
    ) == [("starter_6",)]
    votes = rows(
        new_version.warehouse,
        """
        select account_id, count(*), count(distinct round(weight, 6)),
            list(distinct score order by score)
        from signal_scores_daily where snapshot_date = ? and weight > 0
        group by account_id
        """,
        NEXT_DAY,
    )
    assert max(signals for _, signals, _, _ in votes) == 6
    assert {weights for _, _, weights, _ in votes} == {1}
    assert {score for *_, scores in votes for score in scores} == {0, 50, 100}


def test_a_new_version_changes_no_day_before_it(base, new_version):
    """Closed days are the very rows, open ones equal; catches days that are scored by
    the policy of the day on which they are computed."""
    assert_same_rows(
        base.warehouse, new_version.warehouse, days=CLOSED_DAYS, with_stamps=True
    )
    assert_same_rows(base.warehouse, new_version.warehouse, days=DAYS)


def test_a_new_version_is_in_the_policy_ledger(base, new_version):
    """With its weights, and with the end of those before it; catches a ledger that
    cannot tell what scored a day."""
    added = set(
        rows(
            new_version.warehouse,
            "select seed, version, item, setting, value from policy_ledger",
        )
    ) - set(
        rows(
            base.warehouse,
            "select seed, version, item, setting, value from policy_ledger",
        )
    )
    ended = {row for row in added if row[3] == "effective_to"}
    assert {row[1] for row in ended} == {
        "default 1",
        "template_5 1",
        "small_business_low_touch 1",
        "enterprise_high_touch 1",
        "onboarding 1",
        "transactional 1",
    }
    assert {row[4] for row in ended} == {str(NEXT_DAY)}
    assert {row[1] for row in added - ended} == {"starter_6 2"}
    assert (
        "scorecard_signals",
        "starter_6 2",
        "nps_180d",
        "shape",
        "step",
    ) in added


def test_a_change_of_scorecard_is_told_as_configuration(new_version):
    """From the last day before it, health moved by far more of our own doing than of
    the customers'; catches a change of the policy that passes for theirs."""
    ((configuration, behaviour),) = rows(
        new_version.warehouse,
        "select sum(abs(configuration)), sum(abs(behaviour)) from health_changes "
        "where period_days = 1 and first_scorecard <> scorecard",
    )
    assert configuration > 3 * behaviour


# Settled bands after a restatement


def test_a_restatement_carries_the_settled_band_on(base, carried):
    """A cap on the restated first day moves the account's first band, so the settled
    band of the closed days after it moves, while their own bands stay; catches settled
    bands that follow from days which are no more."""

    def bands(built):
        return rows(
            built.warehouse,
            "select health_band, settled_band, cap from account_health_daily "
            "where account_id = ? order by snapshot_date",
            carried.capped,
        )

    before, after = bands(base), bands(carried)
    assert before[0][0] != after[0][0] == after[0][1]
    for old, new in zip(before[1:3], after[1:3], strict=True):
        assert old[0] == new[0]
        assert old[2] is None and new[2] is None
        assert new[1] == after[0][1] != old[1]
    assert all(cap == "urgent_case_over_7_days" for _, _, cap in after[3:])


def test_a_carried_day_changes_nothing_else(base, carried):
    """Other accounts keep their very rows on these days, and so does all that lies
    below the score; catches a restatement that stamps days it did not score."""
    assert_same_rows(
        base.warehouse,
        carried.warehouse,
        HISTORY_MARTS[1:],
        days=CLOSED_DAYS[1:],
        with_stamps=True,
    )
    health = (
        "select * exclude (settled_band, run_id, computed_at), "
        "case when account_id <> ? then (settled_band, run_id, computed_at) end "
        "from account_health_daily where snapshot_date in (?, ?) order by all"
    )
    days = CLOSED_DAYS[1:]
    assert rows(base.warehouse, health, carried.capped, *days) == rows(
        carried.warehouse, health, carried.capped, *days
    )


def test_a_carried_day_is_in_the_ledger_with_its_reason(carried):
    """So that a closed day that differs from its ledger is still an alarm: the build
    compared all of them. Catches a silent rewriting."""
    assert rows(
        carried.warehouse,
        "select snapshot_date, max_by(reason, recorded_at) from history_ledger "
        "where snapshot_date <= ? group by 1 order by 1",
        CLOSED_DAYS[-1],
    ) == [
        (CLOSED_DAYS[0], CARRY_REASON),
        *[(day, f"settled bands moved: {CARRY_REASON}") for day in CLOSED_DAYS[1:]],
    ]


# Withheld scores


def test_a_withheld_score_has_no_band_cap_or_quadrant(base, dead_feed, by_activity):
    """Below the scorecard's least coverage all of them are unknown; catches a band or a
    cap of a score that nobody shows."""
    found = 0
    for built in (base, dead_feed, by_activity):
        found += value(
            built.warehouse,
            "select count(*) from account_health_daily where health_score is null",
        )
        assert not rows(
            built.warehouse,
            """
            select account_id, snapshot_date from account_health_daily
            where health_score is null and (
                health_band <> 'unknown' or uncapped_health_score is not null
                or relationship_score is not null or impact_score is not null
                or cap is not null or quadrant is not null
            )
            or health_score is not null and health_band = 'unknown'
            """,
        )
    assert found
