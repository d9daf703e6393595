"""The report of the back-test says what the marts say, of a made-up company."""

import re
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest
from customer_health.backtest_page import page
from customer_health.backtest_report import (
    NothingToReport,
    answer,
    baselines,
    markdown,
    observed,
    read,
)
from customer_health.logistic_baseline import (
    Observations,
    compared_auc,
    judge,
)
from sklearn.metrics import roc_auc_score

EVALUATED_ON = date(2026, 5, 31)
MONTHS = [date(2025, month, 1) - timedelta(days=1) for month in range(2, 13)]
COLUMNS = {
    "account_health_daily": "account_id text, snapshot_date date, health_score double,"
    " cap text, tenure_days int",
    "dimension_scores_daily": "account_id text, snapshot_date date, dimension text,"
    " weight double",
    "account_outcomes": "account_id text, outcome text, outcome_date date",
    "backtest_metrics": "evaluated_on date, outcome text, horizon_days int,"
    " lead_days int, predictor text, comparison text, slice text, slice_value text,"
    " signal text, observations int, accounts int, outcomes int, auc double,"
    " auc_low double, auc_high double, lift_worst_decile double, brier double,"
    " difference_from_health_score double, difference_low double,"
    " difference_high double, verdict text",
    "backtest_bands": "evaluated_on date, outcome text, horizon_days int,"
    " lead_days int, predictor text, slice text, health_band text, observations int,"
    " outcomes int, precision double, recall double, precision_this_or_worse double,"
    " recall_this_or_worse double, expected_probability double",
    "watermelon_register": "evaluated_on date, account_id text, account_name text,"
    " lost_on date, arr_lost double, health_score double, reason text,"
    " signals_that_knew text",
}


class Marts:
    """A published folder, written table by table."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.rows = {name: [] for name in COLUMNS}
        self.signals = []

    def add(self, mart, **values):
        self.rows[mart].append(values)

    def metric(self, auc, low, high, verdict, **values):
        """A row of backtest_metrics: of the headline where nothing else is said."""
        self.add(
            "backtest_metrics",
            **{
                "evaluated_on": EVALUATED_ON,
                "outcome": "lost",
                "horizon_days": 90,
                "lead_days": 7,
                "predictor": "health_score",
                "comparison": "pooled",
                "slice": "all",
                "slice_value": "all",
                "observations": 400,
                "accounts": 90,
                "outcomes": 40,
                "auc": auc,
                "auc_low": low,
                "auc_high": high,
                "verdict": verdict,
            }
            | values,
        )

    def day(self, account, day, score=60.0, tenure=1000, cap=None, **signals):
        """An account on a day, with the scores of signals of one dimension."""
        self.add(
            "account_health_daily",
            account_id=account,
            snapshot_date=day,
            health_score=score,
            cap=cap,
            tenure_days=tenure,
        )
        self.add(
            "dimension_scores_daily",
            account_id=account,
            snapshot_date=day,
            dimension="adoption",
            weight=1.0,
        )
        for signal, value in (signals or {"login_days_28d": score}).items():
            self.signals.append(
                (account, day, signal, "adoption", 1.0 / max(len(signals), 1), value)
            )

    def write(self, without=()):
        with duckdb.connect(str(self.folder / "customer_health.duckdb")) as connection:
            for name, columns in COLUMNS.items():
                if name in without:
                    continue
                connection.execute(f"create table {name} ({columns})")
                for row in self.rows[name]:
                    connection.execute(
                        f"insert into {name} ({', '.join(row)})"
                        f" values ({', '.join('?' * len(row))})",
                        list(row.values()),
                    )
        parquet = self.folder / "parquet" / "signal_scores_daily"
        parquet.mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(
                "create table scores (account_id text, snapshot_date date, signal text,"
                " dimension text, weight double, score double)"
            )
            if self.signals:
                connection.executemany(
                    "insert into scores values (?, ?, ?, ?, ?, ?)", self.signals
                )
            connection.execute(f"copy scores to '{parquet}/2025-01.parquet'")
        return self.folder


@pytest.fixture
def marts(tmp_path):
    return Marts(tmp_path / "published")


def test_nothing_is_published_yet(tmp_path):
    with pytest.raises(NothingToReport, match=r"Run scripts/build first"):
        read(tmp_path)


def test_it_says_which_end_of_month_it_waits_for(marts):
    """Catches an empty page, and a traceback."""
    marts.day("A", date(2026, 6, 10))
    with pytest.raises(NothingToReport, match=r"waits for 2026-06-30"):
        read(marts.write())


def test_what_an_older_version_published_is_told(marts):
    marts.day("A", date(2026, 6, 10))
    with pytest.raises(NothingToReport, match=r"earlier version"):
        read(marts.write(without=["backtest_metrics"]))


@pytest.mark.parametrize(
    ("verdict", "figures", "begins"),
    [
        ("better than chance", (0.71, 0.63, 0.78), "Yes, the score tells who leaves"),
        ("no better than chance", (0.54, 0.45, 0.63), "No, the score is no better"),
        ("worse than chance", (0.31, 0.22, 0.42), "No, the score misleads"),
        ("not enough", (None, None, None), "It cannot be said yet"),
    ],
)
def test_the_first_sentence_follows_the_verdict(marts, verdict, figures, begins):
    """Catches a page that praises the score whatever was found."""
    marts.metric(*figures, verdict)
    marts.day("A", EVALUATED_ON)
    assert answer(read(marts.write())).startswith(begins)


def test_a_baseline_that_the_score_does_not_beat_is_named(marts):
    """By the interval of the difference: above 0 it beats the score, around 0 the score
    is not clearly better, below 0 it is. Without interval it says nothing."""
    marts.metric(0.7, 0.6, 0.8, "better than chance")
    for predictor, low, high in (
        ("recency_of_use", 0.01, 0.1),
        ("csm_rating", -0.1, 0.1),
        ("axis_impact", -0.2, -0.1),
        ("axis_relationship", None, None),
    ):
        marts.metric(
            0.7,
            0.6,
            0.8,
            "better than chance",
            predictor=predictor,
            difference_from_health_score=0.05,
            difference_low=low,
            difference_high=high,
        )
    marts.day("A", EVALUATED_ON)
    findings = read(marts.write())
    said = answer(findings)
    assert "It is beaten by days since the last use alone." in said
    assert "not clearly better than the rating of the account's manager alone." in said
    assert "impact" not in said
    assert {row["name"]: row["said"] for row in baselines(findings)} == {
        "days since the last use alone": "beats the score",
        "the rating of the account's manager alone": "no clear difference",
        "the impact axis alone": "the score beats it",
        "the relationship axis alone": "not enough",
        "the single best signal": "not enough",
        "a logistic regression on all signals": "not enough",
    }


def test_the_page_needs_nothing_else(marts):
    """No file, font or script from elsewhere; what people wrote is escaped; marts that
    are not there leave their part empty."""
    marts.metric(0.71, 0.63, 0.78, "better than chance")
    marts.metric(None, None, None, "not enough", slice="segment", slice_value="smb")
    marts.add(
        "backtest_bands",
        evaluated_on=EVALUATED_ON,
        outcome="lost",
        horizon_days=90,
        lead_days=7,
        predictor="published_health_score",
        slice="all",
        health_band="critical",
        observations=30,
        outcomes=9,
        precision=0.3,
        recall=0.5,
        precision_this_or_worse=0.3,
        recall_this_or_worse=0.5,
        expected_probability=0.25,
    )
    marts.add(
        "watermelon_register",
        evaluated_on=EVALUATED_ON,
        account_id="A",
        account_name="<script>Acme & Sons",
        lost_on=date(2026, 1, 5),
        arr_lost=12000.0,
        health_score=81.0,
    )
    marts.day("A", EVALUATED_ON)
    findings = read(marts.write())
    found = page(findings)
    assert answer(findings) in found
    assert not re.search(r"(?:src|href)=.http|@import|<script", found)
    assert "&lt;script&gt;Acme &amp; Sons" in found
    assert "segment smb" in found
    assert "30.0%" in found and "25.0%" in found
    assert found == page(findings), "the same figures give another file"
    assert "| critical | 30 | 9 | 30.0% | 25.0% | 50.0% |" in markdown(findings)


def test_who_is_observed_and_who_was_lost(marts):
    """As in the back-test: a window begins 7 days after the day and ends 90 later."""
    day = date(2025, 1, 31)
    end = day + timedelta(days=97)

    def lost_on(account, days, tenure=1000):
        marts.day(account, day, tenure=tenure)
        marts.add(
            "account_outcomes",
            account_id=account,
            outcome="churned",
            outcome_date=day + timedelta(days=days),
        )

    lost_on("grace", 0)
    lost_on("before the window", 7)
    lost_on("first day", 8)
    lost_on("last day", 97)
    lost_on("after", 98)
    lost_on("back again", -20, tenure=19)
    marts.day("kept", day)
    marts.day("kept", end)
    marts.day("after", end)
    marts.day("back again", end)
    marts.day("merged", day)
    marts.metric(0.7, 0.6, 0.8, "better than chance")
    marts.metric(
        0.7,
        0.6,
        0.8,
        "better than chance",
        slice="observation_date",
        slice_value=str(day),
    )
    folder = marts.write()
    findings = read(folder)
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{folder}/customer_health.duckdb' as marts (read_only)"
        )
        connection.execute("use marts.main")
        found = observed(connection, folder, findings)
    assert dict(zip(found.accounts, found.is_lost, strict=True)) == {
        "first day": 1,
        "last day": 1,
        "after": 0,
        "back again": 0,
        "kept": 0,
    }


def test_what_knows_the_outcome_is_in_neither(marts):
    """arr is used from 90 days before on: neither the regression nor the score counts
    it. A cap that held the score down still does; a withheld score stays so."""
    day = date(2025, 1, 31)
    marts.day("plain", day, score=55.0, login_days_28d=80.0, arr=30.0)
    marts.day("capped", day, score=40.0, cap="x", login_days_28d=80.0, arr=30.0)
    marts.day("withheld", day, score=None, login_days_28d=80.0, arr=30.0)
    marts.metric(
        None, None, None, "not enough", slice="observation_date", slice_value=str(day)
    )
    folder = marts.write()
    findings = read(folder)
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{folder}/customer_health.duckdb' as marts (read_only)"
        )
        connection.execute("use marts.main")
        found = observed(connection, folder, findings)
    assert list(found.signals) == ["login_days_28d"]
    health = dict(zip(found.accounts, found.health, strict=True))
    assert health["plain"] == 80.0
    assert health["capped"] == 40.0
    assert np.isnan(health["withheld"])


def company(strength, seed=1, accounts=150):
    """Accounts over eleven months, of which one signal of ten tells who is lost."""
    random = np.random.default_rng(seed)
    names = np.repeat([f"a{number}" for number in range(accounts)], len(MONTHS))
    dates = np.tile(np.array(MONTHS, dtype="datetime64[D]"), accounts)
    scores = random.uniform(0, 100, (len(names), 10))
    chance = 1 / (1 + np.exp(2 + strength * (scores[:, 3] - 50) / 25))
    scores[random.uniform(size=scores.shape) < 0.1] = np.nan
    return Observations(
        accounts=names,
        dates=dates,
        is_lost=(random.uniform(size=len(names)) < chance).astype(int),
        health=random.uniform(0, 100, len(names)),
        signals=[f"signal_{number}" for number in range(10)],
        scores=scores,
    )


def judged(observations, **arguments):
    return judge(
        observations,
        lead_days=7,
        horizon_days=90,
        minimum_outcomes=10,
        **{"resamples": 100} | arguments,
    )


def test_the_regression_finds_what_tells_and_not_the_noise():
    """The planted signal counts most and beats a random score; of pure noise it makes
    nothing out of time, however many signals there are."""
    found = judged(company(2.0))
    assert found.regression.low > 0.7
    assert found.difference.low > 0
    assert found.weights[0][0] == "signal_3" and found.weights[0][1] < 0
    nothing = judged(company(0.0))
    assert nothing.regression.low < 0.5 < nothing.regression.high
    assert nothing.difference.low < 0 < nothing.difference.high


def test_the_regression_does_not_know_the_future():
    """Outcomes whose windows had not ended by the first day that is judged are turned
    round: the risks told on that day stay as they are. Catches a training set that
    reaches into its own future."""
    from customer_health.logistic_baseline import _risks_out_of_time

    one = company(2.0)
    before, _ = _risks_out_of_time(one, 97, 10)
    first = one.dates[~np.isnan(before)].min()
    known = one.dates + np.timedelta64(97, "D") <= first
    assert known.any()
    other = Observations(
        **vars(one) | {"is_lost": np.where(known, one.is_lost, 1 - one.is_lost)}
    )
    after, _ = _risks_out_of_time(other, 97, 10)
    today = one.dates == first
    assert np.array_equal(before[today], after[today])
    assert np.isnan(before[one.dates < first]).all()


def test_too_little_says_so():
    few = company(2.0, accounts=5)
    assert "lost" in judged(few).not_enough


def test_the_auc_is_that_of_scikit_learn():
    """With ties; the intervals are the same every time, and hold the value."""
    random = np.random.default_rng(3)
    lost = random.integers(0, 2, 300)
    one, other = random.integers(0, 10, 300) + 3 * lost, random.integers(0, 10, 300)
    accounts = random.integers(0, 60, 300).astype(str)
    first = compared_auc(accounts, lost, one, other, 50)
    assert first[0].value == pytest.approx(roc_auc_score(lost, one), abs=1e-12)
    assert first[1].value == pytest.approx(roc_auc_score(lost, other), abs=1e-12)
    assert first[2].value == pytest.approx(first[0].value - first[1].value)
    assert all(figure.low < figure.value < figure.high for figure in first)
    assert compared_auc(accounts, lost, one, other, 50) == first
