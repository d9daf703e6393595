"""Which signals tell who leaves, how they move before, and what drifts: on demo data of
which the truth is known."""

import json
import math

import duckdb
import numpy as np
import pytest
from laboratory import Laboratory, rows, value
from scenarios import TRUTH_AS_OF, TRUTH_FROM, TwoYears

# What the generator draws without a look at health; _truth/truth.json says "no effect".
NOISE = {
    "events_attended_180d": "event attendance",
    "market_index_change_90d": "market index",
    "discount_share": "discount",
    "adverse_news_180d": "news",
}
# What follows health closely in the generator: use, and talks that the customer begins.
PLANTED = (
    "active_user_share_28d",
    "login_days_28d",
    "feature_breadth_28d",
    "dau_mau_28d",
    "core_uses_per_active_user_28d",
    "inbound_share_90d",
)
SIGNALS = ("login_days_28d", "days_since_last_use", "question_cases_90d", "nps_180d")
OUTCOMES = ("lost", "contracted", "expanded")


def verdicts(two_years: TwoYears, outcome: str) -> dict[str, str]:
    return dict(
        rows(
            two_years.warehouse,
            "select signal, verdict from signal_predictiveness where outcome = ?",
            outcome,
        )
    )


def test_the_planted_predictors_are_found(two_years):
    """Catches an evaluation that is blind: windows that do not fit, a wrong sign."""
    found = verdicts(two_years, "lost")
    assert {signal: found[signal] for signal in PLANTED} == dict.fromkeys(
        PLANTED, "predicts"
    )


def test_the_planted_noise_is_not_found(two_years):
    """Catches leakage, intervals that are too short, and too many tries."""
    planted = json.loads((two_years.truth / "truth.json").read_text())["planted"]
    without_effect = {
        predictor["predictor"]
        for predictor in planted
        if predictor["kind"] == "no effect"
    }
    assert set(NOISE.values()) <= without_effect
    for outcome in OUTCOMES:
        found = verdicts(two_years, outcome)
        assert {signal: found[signal] for signal in NOISE} == dict.fromkeys(
            NOISE, "no better than chance"
        ), outcome


def test_what_is_against_convention_is_told(two_years):
    """The unhealthy click more on e-mails, and the seed says that clicks are healthy;
    catches a direction that is taken from the data instead of the policy."""
    assert verdicts(two_years, "lost")["email_click_share_90d"] == (
        "points the wrong way"
    )


def test_what_may_know_the_outcome_is_marked(two_years):
    """The days to a renewal tell most, since contracts end then; catches a ranking in
    which the calendar comes first."""
    ((auc, best),) = rows(
        two_years.warehouse,
        """
        select
            max(case when signal = 'days_to_renewal' then auc end),
            max(case when rank_in_outcome = 1 then auc end)
        from signal_predictiveness where outcome = 'lost'
        """,
    )
    assert auc > best
    marked = rows(
        two_years.warehouse,
        """
        select signal, rank_in_outcome, p_value, verdict in
            ('may know the outcome', 'not enough')
        from signal_predictiveness where may_know_outcome
        """,
    )
    assert len(marked) > 60
    for signal, rank, p_value, is_marked in marked:
        assert (rank, p_value, is_marked) == (None, None, True), signal


def test_outcomes_by_lot_are_predicted_by_nothing(
    two_years, laboratory: Laboratory
) -> None:
    """The outcomes of each month-end dealt out anew among its accounts: of 176 signals
    and three outcomes none stands out. Catches what finds patterns in anything."""
    warehouse = laboratory.copy_warehouse(two_years.warehouse, "by_lot")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            create or replace table intermediate.int_observation_groups as
            select
                one.account_id, one.observation_date, one.evaluated_on,
                other.lost, other.contracted, other.expanded, other.outcome_group
            from (
                select *, row_number() over (
                    partition by observation_date order by account_id
                ) as place
                from intermediate.int_observation_groups
            ) as one
            inner join (
                select *, row_number() over (
                    partition by observation_date
                    order by md5(account_id || observation_date::varchar)
                ) as place
                from intermediate.int_observation_groups
            ) as other
                using (observation_date, place)
            """
        )
    laboratory.build(
        "run",
        "--select=int_signal_observations+",
        warehouse=warehouse,
        raw=two_years.raw,
        project=two_years.project,
        as_of_date=TRUTH_AS_OF,
        history_start=TRUTH_FROM,
    )
    tried = value(warehouse, "select count(p_value) from signal_predictiveness")
    assert tried > 300
    assert (
        rows(
            warehouse,
            "select signal, outcome, auc from signal_predictiveness "
            "where verdict in ('predicts', 'points the wrong way')",
        )
        == []
    )


# The same, counted by other means


def health_values(signal: str, better: str, values: np.ndarray) -> np.ndarray:
    if better == "middle":
        assert signal == "question_cases_90d"
        return np.interp(values, [-4, -1, 1, 6, 25], [0, 50, 100, 100, 0])
    return values if better == "more" else -values


def observed(
    two_years: TwoYears, signal: str, outcome: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Accounts, dates, health values and outcomes, from where they are said first."""
    found = rows(
        two_years.warehouse,
        """
        select account_id, observation_date, scores.value, is_outcome, better
        from intermediate.int_observation_outcomes as outcomes
        inner join signal_scores_daily as scores using (account_id)
        inner join policy.signals using (signal)
        where scores.snapshot_date = observation_date and scores.status = 'measured'
            and horizon_days = 90 and lead_days = 7 and signal = ? and outcome = ?
        """,
        signal,
        outcome,
    )
    account, day, values, is_outcome, better = zip(*found, strict=True)
    return (
        np.unique(account, return_inverse=True)[1],
        np.array([number.toordinal() for number in day]),
        health_values(signal, better[0], np.array(values)),
        np.array(is_outcome, dtype=bool),
    )


def right_pairs(values: np.ndarray, is_outcome: np.ndarray, outcome: str):
    """A matrix: of each pair, 1 where the signal points as expected, 0.5 of a tie."""
    difference = values[~is_outcome][None, :] - values[is_outcome][:, None]
    if outcome == "expanded":
        difference = -difference
    return (difference > 0) + (difference == 0) / 2


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_auc_is_the_share_of_pairs(two_years, signal, outcome):
    """All pairs, one by one; catches ranks, ties and strata that are counted wrong."""
    _, day, values, is_outcome = observed(two_years, signal, outcome)
    within = [
        right_pairs(values[day == one], is_outcome[day == one], outcome)
        for one in np.unique(day)
    ]
    expected = sum(map(np.sum, within)) / sum(matrix.size for matrix in within)
    pooled = right_pairs(values, is_outcome, outcome).mean()
    ((auc, pooled_auc, coverage, observations),) = rows(
        two_years.warehouse,
        "select auc, pooled_auc, coverage, observations from signal_predictiveness "
        "where signal = ? and outcome = ?",
        signal,
        outcome,
    )
    assert auc == pytest.approx(expected, abs=1e-6)
    assert pooled_auc == pytest.approx(pooled, abs=1e-6)
    assert coverage == pytest.approx(len(day) / observations, abs=1e-6)


@pytest.mark.parametrize("signal", ("login_days_28d", "nps_180d"))
def test_the_interval_is_that_of_drawing_accounts(two_years, signal):
    """Drawing accounts with replacement, with all their months, moves the AUC as much
    as its interval says; catches months that are taken for accounts."""
    account, day, values, is_outcome = observed(two_years, signal, "lost")
    strata = []
    for one in np.unique(day):
        here = day == one
        strata.append(
            (
                account[here & is_outcome],
                account[here & ~is_outcome],
                right_pairs(values[here], is_outcome[here], "lost"),
            )
        )
    generator = np.random.default_rng(3)
    count = account.max() + 1
    logits = []
    for _ in range(1000):
        drawn = np.bincount(generator.integers(0, count, count), minlength=count)
        right = sum(drawn[p] @ matrix @ drawn[n] for p, n, matrix in strata)
        pairs = sum(drawn[p].sum() * drawn[n].sum() for p, n, _ in strata)
        logits.append(math.log(right / (pairs - right)))
    ((low, high),) = rows(
        two_years.warehouse,
        "select auc_low, auc_high from signal_predictiveness "
        "where signal = ? and outcome = 'lost'",
        signal,
    )
    width = math.log(high / (1 - high)) - math.log(low / (1 - low))
    assert width == pytest.approx(2 * 1.96 * np.std(logits), rel=0.2)


def test_p_values_are_those_of_the_normal_distribution(two_years):
    """Of every signal, from its AUC and standard error by other means; catches the
    polynomial, and an adjustment that is not that of Benjamini and Hochberg."""
    for outcome in OUTCOMES:
        found = rows(
            two_years.warehouse,
            "select z, p_value, adjusted_p_value "
            "from intermediate.int_signal_verdicts "
            "where outcome = ? and p_value is not null order by abs(z) desc, signal",
            outcome,
        )
        z, p_value, adjusted = (np.array(column) for column in zip(*found, strict=True))
        expected = np.array([math.erfc(abs(one) / math.sqrt(2)) for one in z])
        assert p_value == pytest.approx(expected, abs=1e-6)
        steps = expected * len(z) / np.arange(1, len(z) + 1)
        assert adjusted == pytest.approx(
            np.minimum.accumulate(steps[::-1])[::-1], abs=1e-4
        )


def test_courses_end_in_the_month_before_the_loss(two_years):
    """Catches courses that look at the day of the loss, or count an account twice."""
    found = rows(
        two_years.warehouse,
        """
        select
            losses.account_id, losses.lost_on, observation_date, scores.value
        from (
            select account_id, max(outcome_date) as lost_on from account_outcomes
            where outcome in ('churned', 'inactive')
                and outcome_date > ? and outcome_date <= ?
            group by account_id
        ) as losses
        inner join intermediate.int_observations as observations
            on losses.account_id = observations.account_id
            and date_trunc('month', losses.lost_on)::date - 1 = observation_date
        left join signal_scores_daily as scores
            on losses.account_id = scores.account_id
            and observation_date = scores.snapshot_date
            and scores.signal = 'login_days_28d'
        """,
        TRUTH_FROM,
        TRUTH_AS_OF,
    )
    assert len(found) > 20
    values = [number for *_, number in found if number is not None]
    ((accounts, share, mean, median),) = rows(
        two_years.warehouse,
        "select accounts, share_measured, mean_value, median_value from signal_courses "
        "where signal = 'login_days_28d' and outcome_group = 'left' "
        "and months_before = 0",
    )
    assert accounts == len(found)
    assert share == pytest.approx(len(values) / len(found), abs=1e-6)
    assert mean == pytest.approx(np.mean(values), abs=1e-6)
    assert median == pytest.approx(np.median(values), abs=1e-6)


def test_use_falls_before_accounts_leave(two_years):
    """In the demo data it does, months before; catches courses in the wrong order."""
    course = dict(
        rows(
            two_years.warehouse,
            "select months_before, distance_from_stayed from signal_courses "
            "where signal = 'active_user_share_28d' and outcome_group = 'left'",
        )
    )
    assert sorted(course) == list(range(13))
    early = np.mean([course[months] for months in range(9, 13)])
    late = np.mean([course[months] for months in range(3)])
    assert late < -0.5
    assert late < early - 0.4


def test_the_stability_index_is_that_of_deciles(two_years):
    """Of the health score in every month, by numpy; catches edges, bins and shares."""
    found = rows(
        two_years.warehouse,
        "select observation_date, health_score from intermediate.int_observations",
    )
    days = sorted({day for day, _ in found})
    scores = {
        day: np.array(
            [np.nan if score is None else score for one, score in found if one == day]
        )
        for day in days
    }
    reference = np.concatenate([scores[day] for day in days[:3]])
    edges = np.quantile(
        reference[~np.isnan(reference)], np.arange(1, 10) / 10, method="inverted_cdf"
    )

    def counts(values: np.ndarray) -> np.ndarray:
        known = values[~np.isnan(values)]
        bins = np.searchsorted(edges, known, side="left") + 1
        return np.bincount(bins, minlength=11) + np.array(
            [len(values) - len(known), *[0] * 10]
        )

    told = dict(
        rows(
            two_years.warehouse,
            "select month_end, psi from score_drift where subject = 'health_score'",
        )
    )
    assert [day for day in days if told[day] is None] == days[:3]
    for day in days[3:]:
        now, then = counts(scores[day]), counts(reference)
        used = now + then > 0
        share, reference_share = (
            (bins[used] + 0.5) / (bins.sum() + used.sum() / 2) for bins in (now, then)
        )
        expected = np.sum((share - reference_share) * np.log(share / reference_share))
        assert told[day] == pytest.approx(expected, abs=1e-6), day


def test_what_moves_with_time_drifts_and_what_does_not_is_stable(two_years):
    """The market index of the demo data wanders; the share of active users does not.
    Catches a drift that is never found, or always."""
    drifts = {}
    for subject, drift, months in rows(
        two_years.warehouse,
        "select subject, drift, count(*) from score_drift "
        "where drift <> 'reference' group by all",
    ):
        drifts.setdefault(subject, {})[drift] = months
    assert drifts["market_index_change_90d"].get("large", 0) > 10
    stable = [subject for subject, found in drifts.items() if set(found) == {"stable"}]
    assert "health_score" in stable
    assert len(stable) > 30


def test_an_evaluation_has_every_signal_and_month(two_years):
    """Catches signals or months that are lost in a join."""
    assert rows(
        two_years.warehouse,
        "select evaluated_on, count(distinct signal), count(*) "
        "from signal_predictiveness group by all",
    ) == [(TRUTH_AS_OF, 176, 3 * 176)]
    ((months, first, last),) = rows(
        two_years.warehouse,
        "select count(distinct month_end), min(month_end), max(month_end) "
        "from score_drift",
    )
    assert (months, first, last) == (24, TRUTH_FROM, TRUTH_AS_OF)
