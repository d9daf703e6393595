"""The back-test against scikit-learn, resampling, and what the generator knows."""

import csv
from collections import defaultdict
from datetime import date, timedelta

import numpy as np
import pytest
from laboratory import rows, value
from scenarios import TRUTH_AS_OF, TRUTH_FROM
from sklearn.metrics import brier_score_loss, roc_auc_score

GRACE_DAYS = 30
HEADLINE = (90, 7)

# What an interval by formula and one by resampling may differ by at either end: both
# are estimates, and with so many resamples an end still lies a hundredth off.
INTERVAL_TOLERANCE = 0.03
RESAMPLES = 300


@pytest.fixture(scope="module")
def predictions(two_years):
    """By outcome, window, predictor and slice: accounts, days, risks, what was."""
    found = defaultdict(list)
    for row in rows(
        two_years.warehouse,
        """
        select
            cells.outcome, cells.horizon_days, cells.lead_days, cells.predictor,
            cells.slice, cells.slice_value,
            predictions.account_id, predictions.date_number, predictions.risk,
            predictions.is_outcome
        from intermediate.int_sliced_predictions as predictions
        inner join intermediate.int_backtest_cells as cells using (cell)
        """,
    ):
        found[row[:6]].append(row[6:])
    return {
        key: tuple(map(np.array, zip(*of_key, strict=True)))
        for key, of_key in found.items()
    }


@pytest.fixture(scope="module")
def metrics(two_years):
    """By comparison and key of predictions: what backtest_metrics says."""
    names = (
        "verdict",
        "observations",
        "accounts",
        "outcomes",
        "auc",
        "auc_low",
        "auc_high",
        "lift_worst_decile",
        "brier",
    )
    return {
        (row[0], row[1:7]): dict(zip(names, row[7:], strict=True))
        for row in rows(
            two_years.warehouse,
            f"""
            select comparison, outcome, horizon_days, lead_days, predictor, slice,
                slice_value, {", ".join(names)}
            from backtest_metrics
            """,
        )
    }


def resamples(accounts, generator):
    """Places of observations, of as many accounts, drawn anew each time."""
    of_account = defaultdict(list)
    for place, account in enumerate(accounts):
        of_account[account].append(place)
    places = [np.array(of_account[account]) for account in sorted(of_account)]
    for _ in range(RESAMPLES):
        drawn = generator.integers(len(places), size=len(places))
        yield np.concatenate([places[number] for number in drawn])


def area(happened, risk):
    """AUC by scikit-learn; none where all are of one kind."""
    return roc_auc_score(happened, risk) if 0 < happened.sum() < len(happened) else None


def area_within(days, happened, risk):
    """The mean of the AUC of each day, weighted by its pairs."""
    pairs, won = 0, 0.0
    for day in np.unique(days):
        of_day = days == day
        of_pairs = happened[of_day].sum() * (1 - happened[of_day]).sum()
        if of_pairs:
            pairs += of_pairs
            won += of_pairs * area(happened[of_day], risk[of_day])
    return won / pairs if pairs else None


def is_enough(accounts, happened):
    return (
        min(
            len(set(accounts[happened == 1])),
            len(set(accounts[happened == 0])),
        )
        >= 10
    )


def test_auc_is_that_of_scikit_learn(predictions, metrics):
    """Of every outcome, window, predictor and slice, pooled and within a date; catches
    ties, strata and directions that are counted otherwise, and a number where there are
    too few outcomes."""
    compared = 0
    for key, (accounts, days, risk, happened) in predictions.items():
        expected = {"pooled": area(happened, risk)}
        if key[4] != "observation_date":
            expected["within_date"] = area_within(days, happened, risk)
        for comparison, auc in expected.items():
            found = metrics[comparison, key]
            assert found["observations"] == len(happened)
            assert found["outcomes"] == happened.sum()
            assert found["accounts"] == len(set(accounts))
            if auc is None or not is_enough(accounts, happened):
                assert found["auc"] is None, key
                assert found["verdict"] == "not enough"
            else:
                assert found["auc"] == pytest.approx(auc, abs=1e-6), (comparison, key)
                compared += 1
    assert compared > 100
    assert {key[0] for key in predictions} == {"lost", "contracted", "expanded"}
    # besides, there are rows only of windows without any observation
    for (_, key), row in metrics.items():
        assert key in predictions or row["observations"] == 0


def test_intervals_are_those_of_resampled_accounts(predictions, metrics):
    """In the headline window; catches an interval that takes the months of an account
    for independent, which is too narrow, and one around another number."""
    generator = np.random.default_rng(1)
    widths, naive_widths = [], []
    for predictor in ("health_score", "dimension_adoption", "recency_of_use"):
        key = ("lost", *HEADLINE, predictor, "all", "all")
        accounts, _, risk, happened = predictions[key]
        low, high = np.percentile(
            [
                area(happened[drawn], risk[drawn])
                for drawn in resamples(accounts, generator)
            ],
            [2.5, 97.5],
        )
        found = metrics["pooled", key]
        assert found["auc_low"] == pytest.approx(low, abs=INTERVAL_TOLERANCE)
        assert found["auc_high"] == pytest.approx(high, abs=INTERVAL_TOLERANCE)
        widths.append(found["auc_high"] - found["auc_low"])
        naive_widths.append(
            np.ptp(
                np.percentile(
                    [
                        area(happened[drawn], risk[drawn])
                        for drawn in resamples(np.arange(len(risk)), generator)
                    ],
                    [2.5, 97.5],
                )
            )
        )
    assert np.mean(widths) > 1.1 * np.mean(naive_widths)


def test_differences_are_those_of_resampled_accounts(two_years, predictions):
    """From the health score, on the same observations; catches an interval that forgets
    that the two scores are of the same accounts."""
    health = {
        (account, day): risk
        for account, day, risk, _ in zip(
            *predictions["lost", *HEADLINE, "health_score", "all", "all"], strict=True
        )
    }
    accounts, days, risk, happened = predictions[
        "lost", *HEADLINE, "dimension_adoption", "all", "all"
    ]
    health_risk = np.array([health[pair] for pair in zip(accounts, days, strict=True)])

    def difference(drawn):
        return area(happened[drawn], risk[drawn]) - area(
            happened[drawn], health_risk[drawn]
        )

    resampled = [
        difference(drawn) for drawn in resamples(accounts, np.random.default_rng(2))
    ]
    ((found, low, high),) = rows(
        two_years.warehouse,
        """
        select difference_from_health_score, difference_low, difference_high
        from backtest_metrics
        where outcome = 'lost' and horizon_days = ? and lead_days = ?
            and predictor = 'dimension_adoption' and comparison = 'pooled'
            and slice = 'all'
        """,
        *HEADLINE,
    )
    assert found == pytest.approx(difference(np.arange(len(risk))), abs=1e-6)
    assert [low, high] == pytest.approx(
        list(np.percentile(resampled, [2.5, 97.5])), abs=INTERVAL_TOLERANCE
    )


def test_lift_is_that_of_the_worst_tenth(predictions, metrics):
    """Averaged over ways to break the ties on its border, pooled and by date; catches a
    tenth of the best, and a border that takes all or none of a tie."""
    generator = np.random.default_rng(3)
    for outcome in ("lost", "expanded"):
        key = (outcome, *HEADLINE, "health_score", "all", "all")
        _, days, risk, happened = predictions[key]
        for comparison, strata in (
            ("pooled", [np.ones(len(days), dtype=bool)]),
            ("within_date", [days == day for day in np.unique(days)]),
        ):
            in_tenth = []
            for _ in range(100):
                caught = 0.0
                for stratum in strata:
                    order = np.lexsort(
                        (generator.random(stratum.sum()), -risk[stratum])
                    )
                    outcomes = happened[stratum][order]
                    whole, part = divmod(len(outcomes), 10)
                    caught += outcomes[:whole].sum() + outcomes[whole] * part / 10
                in_tenth.append(caught)
            expected = np.mean(in_tenth) / happened.sum() * 10
            assert metrics[comparison, key]["lift_worst_decile"] == pytest.approx(
                expected, rel=0.02
            )


def test_brier_score_is_that_of_what_was_known_before(two_years, metrics):
    """What a band makes expect on a day is the share with the outcome in its windows
    that had ended by then, grace days included; by scikit-learn from the observations.
    Catches a share that knows the window which it is to foretell."""
    ended_after = timedelta(days=sum(HEADLINE) + GRACE_DAYS)
    for predictor in ("health_score", "published_health_score"):
        of_band = defaultdict(list)
        for band, day, is_outcome in rows(
            two_years.warehouse,
            """
            select health_band, observation_date, is_outcome
            from intermediate.int_band_predictions
            where outcome = 'lost' and horizon_days = ? and lead_days = ?
                and predictor = ? and health_band <> 'unknown'
            """,
            *HEADLINE,
            predictor,
        ):
            of_band[band].append((day, is_outcome))
        expected, happened = [], []
        for observed in of_band.values():
            for day in {day for day, _ in observed}:
                earlier = [
                    then for other, then in observed if other + ended_after <= day
                ]
                if len(earlier) >= 10:
                    of_day = [then for other, then in observed if other == day]
                    happened += of_day
                    expected += [sum(earlier) / len(earlier)] * len(of_day)
        assert len(happened) > 500
        key = ("lost", *HEADLINE, predictor, "all", "all")
        assert metrics["pooled", key]["brier"] == pytest.approx(
            brier_score_loss(happened, expected), abs=1e-5
        )


def test_outcomes_are_those_that_happened(two_years):
    """Customers that the generator let go, and that a snapshot could know of, were lost
    on that day, and in the windows that hold the day alone; catches windows that begin
    with the snapshot, and losses that are dated to the last of the grace days."""
    with (two_years.truth / "outcomes.csv").open() as file:
        churned = {
            (row["account_id"], date.fromisoformat(row["churned_on"]))
            for row in csv.DictReader(file)
            if row["churned_on"]
        }
    known = {
        (account, day)
        for account, day in churned
        if TRUTH_FROM < day <= TRUTH_AS_OF - timedelta(days=GRACE_DAYS)
    }
    found = set(
        rows(
            two_years.warehouse,
            """
            select account_id, outcome_date from account_outcomes
            where outcome = 'churned' and outcome_date > ?
            """,
            TRUTH_FROM,
        )
    )
    assert len(known) > 20
    # who comes back within the grace days was never gone
    assert len(known - found) <= 0.15 * len(known)
    assert len(found - known) <= 0.1 * len(found)

    days_lost = defaultdict(list)
    for account, day in found:
        days_lost[account].append(day)
    for account, day, horizon, lead, is_outcome in rows(
        two_years.warehouse,
        """
        select account_id, observation_date, horizon_days, lead_days, is_outcome
        from intermediate.int_observation_outcomes where outcome = 'lost'
        """,
    ):
        first = day + timedelta(days=lead + 1)
        last = day + timedelta(days=lead + horizon)
        assert last <= TRUTH_AS_OF - timedelta(days=GRACE_DAYS)
        assert is_outcome == any(first <= lost <= last for lost in days_lost[account])


def test_the_score_tells_who_leaves(two_years, metrics):
    """The demo's customers leave for reasons that the signals show, so the health score
    does better than chance, and worse than the generator's own knowledge; catches a
    back-test that has its directions mixed up, and leakage."""
    for comparison in ("pooled", "within_date"):
        found = metrics[comparison, ("lost", *HEADLINE, "health_score", "all", "all")]
        assert found["verdict"] == "better than chance"
        assert 0.6 < found["auc"] < 0.9
        assert found["lift_worst_decile"] > 1.5


def test_an_evaluation_is_made_once(two_years, laboratory):
    """A second run on the same day finds none due and leaves the first as it is;
    catches history that grows, and a back-test that takes its time every night."""
    before = rows(two_years.warehouse, "select * from backtest_metrics order by all")
    warehouse = laboratory.copy_warehouse(two_years.warehouse, "evaluated_again")
    laboratory.build(
        "run",
        "--select",
        "int_candidates",
        "int_evaluation_day+",
        warehouse=warehouse,
        raw=two_years.raw,
        project=two_years.project,
        as_of_date=TRUTH_AS_OF,
        history_start=TRUTH_FROM,
    )
    assert value(warehouse, "select count(*) from intermediate.int_observations") == 0
    assert rows(warehouse, "select * from backtest_metrics order by all") == before


def test_the_claims_hold(two_years, laboratory):
    """Those of the back-test, on two years: other scenarios have next to no window."""
    run = laboratory.dbt(
        "test",
        "--select",
        "outcomes_agree_with_the_spine",
        "the_back_test_counts_what_happened",
        "scores_by_lead_equal_what_was_published",
        "backtest_windows_are_sound",
        "path:models/intermediate/validation,test_type:data",
        "path:models/intermediate/outcomes,test_type:data",
        "path:models/marts/validation,test_type:data",
        warehouse=two_years.warehouse,
        raw=two_years.raw,
        project=two_years.project,
        as_of_date=TRUTH_AS_OF,
        history_start=TRUTH_FROM,
    )
    assert run.code == 0, run.output
