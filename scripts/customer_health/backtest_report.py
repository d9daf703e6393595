"""The command scripts/backtest_report: does the health score tell the truth?

Reads what scripts/build published, writes one page that needs nothing else, and prints
the same key figures as Markdown.
"""

import argparse
import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import yaml

from customer_health.benchmark_report import put_into_readme
from customer_health.dbt import PROJECT, given_path
from customer_health.logistic_baseline import Judgement, Observations, judge
from customer_health.warehouse import text

BEGIN = "<!-- scripts/backtest_report --readme writes from here -->"
SCORE = "health_score"
PREDICTORS = {
    "published_health_score": "the score as it was shown",
    "recency_of_use": "days since the last use alone",
    "csm_rating": "the rating of the account's manager alone",
    "best_signal": "the single best signal",
    "axis_relationship": "the relationship axis alone",
    "axis_impact": "the impact axis alone",
}
OUTCOMES = {
    "lost": "lost",
    "contracted": "contracted by 5 % or more",
    "expanded": "expanded by 5 % or more",
}


class NothingToReport(Exception):
    """There is no evaluation to report on; the message says what it waits for."""


@dataclass
class Findings:
    """What the newest evaluation found."""

    evaluated_on: date
    latest_day: date
    lead_days: int
    horizon_days: int
    minimum_outcomes: int
    backtest_months: int
    tables: dict[str, list[dict]] = field(default_factory=dict)
    """Rows of the newest evaluation by mart; a mart that is not published has none."""
    regression: Judgement = field(default_factory=Judgement)

    def metrics(self, **conditions: object) -> list[dict]:
        """Rows of backtest_metrics; those of the headline, of everybody and pooled, of
        what was lost, where nothing else is asked for."""
        asked = {
            "outcome": "lost",
            "horizon_days": self.horizon_days,
            "lead_days": self.lead_days,
            "predictor": SCORE,
            "comparison": "pooled",
            "slice": "all",
        } | conditions
        return [
            row
            for row in self.tables["backtest_metrics"]
            if all(value is None or row[name] == value for name, value in asked.items())
        ]

    def headline(self, **conditions: object) -> dict | None:
        """The row of backtest_metrics that answers first."""
        return next(iter(self.metrics(**conditions)), None)


def main() -> int:
    """Writes the page and prints the figures; returns 1 when there is nothing yet."""
    arguments = parse_arguments()
    try:
        findings = read(arguments.published)
    except NothingToReport as reason:
        print(reason, file=sys.stderr)
        return 1
    # matplotlib is slow to import, and not needed to say that there is nothing
    from customer_health.backtest_page import page

    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(page(findings))
    print(markdown(findings))
    print(f"\nThe page: {arguments.out}")
    if arguments.readme:
        put_into_readme(markdown(findings), PROJECT / "README.md", BEGIN)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/backtest_report",
        description="Does the health score tell the truth? One page from what"
        " scripts/build published, and its key figures.",
    )
    parser.add_argument(
        "--published",
        type=given_path,
        default=PROJECT / "published",
        help="folder that scripts/build published to",
    )
    parser.add_argument(
        "--out",
        type=given_path,
        help="file to write; default backtest_report.html in the published folder",
    )
    parser.add_argument(
        "--readme", action="store_true", help="put the key figures into README.md"
    )
    arguments = parser.parse_args()
    arguments.out = arguments.out or arguments.published / "backtest_report.html"
    return arguments


# what is read


def read(published: Path) -> Findings:
    """The newest evaluation. Raises NothingToReport."""
    marts = published / "customer_health.duckdb"
    if not marts.exists():
        raise NothingToReport(f"There is no {marts}. Run scripts/build first.")
    with duckdb.connect() as connection:
        connection.execute(f"attach {text(marts)} as marts (read_only)")
        connection.execute("use marts.main")
        (latest_day,) = connection.execute(
            "select max(snapshot_date) from account_health_daily"
        ).fetchone()
        tables = {name for (name,) in connection.execute("show tables").fetchall()}
        if "backtest_metrics" not in tables:
            raise NothingToReport(
                f"{marts} has no backtest_metrics: an earlier version of the project"
                " published it. Run scripts/build again."
            )
        (evaluated_on,) = connection.execute(
            "select max(evaluated_on) from backtest_metrics"
        ).fetchone()
        if evaluated_on is None:
            raise NothingToReport(_what_it_waits_for(connection, latest_day))
        settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
        (window,) = (
            row for row in seed("backtest_windows") if row["is_headline"] == "1"
        )
        findings = Findings(
            evaluated_on=evaluated_on,
            latest_day=latest_day,
            lead_days=int(window["lead_days"]),
            horizon_days=int(window["horizon_days"]),
            minimum_outcomes=settings["minimum_outcomes"],
            backtest_months=settings["backtest_months"],
        )
        for name in (
            "backtest_metrics",
            "backtest_bands",
            "signal_predictiveness",
            "band_outcomes",
            "score_drift",
            "watermelon_register",
        ):
            findings.tables[name] = _newest(connection, name, tables, evaluated_on)
        observations = observed(connection, published, findings)
    if observations is not None:
        findings.regression = judge(
            observations,
            lead_days=findings.lead_days,
            horizon_days=findings.horizon_days,
            minimum_outcomes=findings.minimum_outcomes,
        )
    else:
        findings.regression = Judgement(
            not_enough="No end of month has a window that is fully observed."
        )
    return findings


def _what_it_waits_for(connection, latest_day: date) -> str:
    (end_of_month,) = connection.execute(
        "select last_day(?::date)", [latest_day]
    ).fetchone()
    return (
        "There is no evaluation yet: one is made when an end of month is scored, and"
        f" history ends on {latest_day}. It waits for {end_of_month}: run scripts/build"
        " when that day is over."
    )


def _newest(connection, name: str, tables: set[str], evaluated_on: date) -> list[dict]:
    """The rows of a mart, of the newest evaluation where it has more than one."""
    if name not in tables:
        return []
    columns = {
        column for (column, *_) in connection.execute(f"describe {name}").fetchall()
    }
    condition = "evaluated_on = ?" if "evaluated_on" in columns else "? is not null"
    return _rows(
        connection,
        f"select * from {name} where {condition} order by all",
        [evaluated_on],
    )


def _rows(connection, query: str, parameters: Iterable[object] = ()) -> list[dict]:
    found = connection.execute(query, list(parameters))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed, as text."""
    with (PROJECT / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def observed(connection, published: Path, findings: Findings) -> Observations | None:
    """What the regression is trained and judged on: the ends of months that the
    headline was evaluated on, by the rules of the back-test. None without any.
    """
    days = [row["slice_value"] for row in findings.metrics(slice="observation_date")]
    files = published / "parquet" / "signal_scores_daily"
    if not days or not any(files.glob("*.parquet")):
        return None
    left_out = [
        row["signal"]
        for row in seed("signals")
        if int(row["used_from_days_before_outcome"] or 0) > findings.lead_days
    ]
    connection.execute(
        "create or replace temporary table days as"
        " select unnest(?::date[]) as snapshot_date",
        [days],
    )
    connection.execute(
        "create or replace temporary table signal_scores as"
        " select account_id, snapshot_date, signal, dimension, weight, score"
        f" from read_parquet({text(files / '*.parquet')})"
        " where snapshot_date in (select snapshot_date from days)"
        " and not list_contains(?::varchar[], signal)",
        [left_out],
    )
    signals = [
        name
        for (name,) in connection.execute(
            "select distinct signal from signal_scores where score is not null"
            " order by signal"
        ).fetchall()
    ]
    if not signals:
        return None
    columns = ", ".join(
        f"max(score) filter (where signal = {text(name)}) as {name}" for name in signals
    )
    found = connection.execute(
        _OBSERVATIONS.format(
            columns=columns,
            lead_days=findings.lead_days,
            last_day=findings.lead_days + findings.horizon_days,
        )
    ).fetchnumpy()
    # masked where null
    plain = {
        name: np.ma.filled(values.astype(float), np.nan)
        for name, values in found.items()
        if name not in ("account_id", "snapshot_date")
    }
    return Observations(
        accounts=np.ma.getdata(found["account_id"]).astype(str),
        dates=np.ma.getdata(found["snapshot_date"]).astype("datetime64[D]"),
        is_lost=plain["is_lost"].astype(int),
        health=plain["health"],
        signals=signals,
        scores=np.column_stack([plain[name] for name in signals]),
    )


# Who is a customer on the day, not in the grace days after, nor lost before the window
# begins, nor merged away before it ends; the health score without the signals that know
# the outcome.
_OBSERVATIONS = """
with

losses as (

    select account_id, outcome_date from account_outcomes
    where outcome in ('churned', 'inactive')

),

customers as (

    select account_health.*
    from account_health_daily as account_health
    inner join days on account_health.snapshot_date = days.snapshot_date
    where not exists (
        select 1 from losses
        where losses.account_id = account_health.account_id
            and losses.outcome_date
            > account_health.snapshot_date - account_health.tenure_days
            and losses.outcome_date <= account_health.snapshot_date + {lead_days}
    )

),

outcomes as (

    select customers.account_id, customers.snapshot_date, 1 as is_lost
    from customers
    inner join losses
        on losses.account_id = customers.account_id
            and losses.outcome_date > customers.snapshot_date + {lead_days}
            and losses.outcome_date <= customers.snapshot_date + {last_day}
    group by all

),

stored_days as (

    select distinct snapshot_date from account_health_daily

),

last_days as (

    select account_id, max(snapshot_date) as last_day
    from account_health_daily
    group by account_id

),

dimensions as (

    select
        account_id,
        snapshot_date,
        dimension,
        sum(weight * score) / nullif(sum(weight), 0) as score
    from signal_scores
    where weight > 0 and score is not null
    group by all

),

health as (

    select
        dimensions.account_id,
        dimensions.snapshot_date,
        sum(published.weight * dimensions.score) / nullif(sum(published.weight), 0)
            as score
    from dimensions
    inner join dimension_scores_daily as published
        on dimensions.account_id = published.account_id
            and dimensions.snapshot_date = published.snapshot_date
            and dimensions.dimension = published.dimension
    where dimensions.score is not null
    group by all

),

signals as (

    select account_id, snapshot_date, {columns}
    from signal_scores
    group by all

)

select
    customers.account_id,
    customers.snapshot_date,
    coalesce(outcomes.is_lost, 0) as is_lost,
    case
        when customers.health_score is null then null
        when customers.cap is not null and customers.health_score < health.score
            then customers.health_score
        else health.score
    end as health,
    signals.* exclude (account_id, snapshot_date)
from customers
inner join signals using (account_id, snapshot_date)
left join outcomes using (account_id, snapshot_date)
left join health using (account_id, snapshot_date)
inner join last_days using (account_id)
where outcomes.is_lost = 1 or not exists (
    select 1 from stored_days
    where stored_days.snapshot_date > last_days.last_day
        and stored_days.snapshot_date <= customers.snapshot_date + {last_day}
)
order by customers.snapshot_date, customers.account_id
"""


# what is said


def answer(findings: Findings) -> str:
    """Does the score tell the truth, in a sentence or two."""
    row = findings.headline()
    window = f"{findings.horizon_days} days"
    if row is None or row["verdict"] == "not enough":
        lost = row["outcomes"] if row else 0
        return (
            "It cannot be said yet whether the score tells who leaves: of"
            f" {lost} scores is known that the account was lost within {window}, and"
            f" {findings.minimum_outcomes} different accounts lost, and as many kept,"
            " are needed."
        )
    shown = f"AUC {interval(row['auc'], row['auc_low'], row['auc_high'])}"
    if row["verdict"] == "better than chance":
        said = (
            f"Yes, the score tells who leaves: in {row['auc']:.0%} of all pairs of an"
            f" account that was lost within {window} and one that was not, the lost one"
            f" had the lower score ({shown})."
        )
    elif row["verdict"] == "worse than chance":
        said = (
            "No, the score misleads: accounts that were lost within"
            f" {window} had the higher scores ({shown})."
        )
    else:
        said = (
            f"No, the score is no better than chance at telling who is lost within"
            f" {window} ({shown})."
        )
    return f"{said} {against_the_baselines(findings)}".strip()


def against_the_baselines(findings: Findings) -> str:
    """Which simpler figures tell as much as the score does, or more."""
    better, equal = [], []
    for row in baselines(findings):
        if row["difference_low"] is None:
            continue
        if row["difference_low"] > 0:
            better.append(row["name"])
        elif row["difference_high"] >= 0:
            equal.append(row["name"])
    parts = []
    if better:
        parts.append(f"It is beaten by {listed(better)}.")
    if equal:
        parts.append(f"It is not clearly better than {listed(equal)}.")
    if not parts and any(
        row["difference_low"] is not None for row in baselines(findings)
    ):
        parts.append("It beats every baseline that could be judged.")
    return " ".join(parts)


def baselines(findings: Findings) -> list[dict]:
    """What the score is compared with in the headline window: name, AUC, difference
    from the score on the same rows (above 0 the baseline is better), each with its
    interval, and what that means.
    """
    found = []
    for row in findings.metrics(predictor=None):
        if row["predictor"] in (SCORE, "published_health_score"):
            continue
        if row["predictor"] == "best_signal":
            continue
        found.append(_baseline(predictor_name(row), row))
    for row in findings.metrics(predictor="best_signal", slice="later_half"):
        signal = row.get("signal")
        name = "the single best signal" + (f" ({labels()[signal]})" if signal else "")
        found.append(_baseline(name, row))
    if found and not any(row["name"].startswith("the single") for row in found):
        nothing = dict.fromkeys(_FIGURES) | {"verdict": "not enough"}
        found.append({"name": "the single best signal"} | nothing)
    found.sort(key=lambda row: (row["auc"] is None, -(row["auc"] or 0)))
    regression = findings.regression
    row = {"name": "a logistic regression on all signals"}
    if regression.not_enough:
        row |= dict.fromkeys(_FIGURES) | {"verdict": "not enough"}
    else:
        for prefix, estimate in (
            ("auc", regression.regression),
            ("difference", regression.difference),
        ):
            row |= {
                prefix: estimate.value,
                f"{prefix}_low": estimate.low,
                f"{prefix}_high": estimate.high,
            }
        row["verdict"] = _against_chance(row)
    found.append(row)
    for row in found:
        row["said"] = _against_the_score(row)
    return found


_FIGURES = (
    "auc",
    "auc_low",
    "auc_high",
    "difference",
    "difference_low",
    "difference_high",
)


def _baseline(name: str, row: dict) -> dict:
    return {
        "name": name,
        "difference": row["difference_from_health_score"],
        **{key: row[key] for key in _FIGURES if key != "difference"},
        "verdict": row["verdict"],
    }


def _against_chance(row: dict) -> str:
    if row["auc_low"] > 0.5:
        return "better than chance"
    return "worse than chance" if row["auc_high"] < 0.5 else "no better than chance"


def _against_the_score(row: dict) -> str:
    if row["difference_low"] is None:
        return "not enough"
    if row["difference_low"] > 0:
        return "beats the score"
    if row["difference_high"] < 0:
        return "the score beats it"
    return "no clear difference"


def predictor_name(row: dict) -> str:
    name = row["predictor"]
    if name.startswith("dimension_"):
        return f"the dimension {name.removeprefix('dimension_')} alone"
    return PREDICTORS.get(name, name.replace("_", " "))


def labels() -> dict[str, str]:
    """Names of signals that people read."""
    return {row["signal"]: row["label"].lower() for row in seed("signals")}


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """A figure with its 95 % interval."""
    if value is None:
        return "not enough"
    if low is None:
        return f"{value:.2f}"
    return f"{value:.2f}, 95 % interval {low:.2f} to {high:.2f}"


def listed(names: list[str]) -> str:
    """One, two and three."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def markdown(findings: Findings) -> str:
    """The answer and the bands, for a README; the page has the rest."""
    bands = [
        [
            row["health_band"],
            row["observations"],
            row["outcomes"],
            _share(row["precision"]),
            _share(row["expected_probability"]),
            _share(row["recall"]),
        ]
        for row in by_band(findings)
    ]
    parts = [
        f"**{answer(findings)}**",
        f"Evaluated on {findings.evaluated_on}, on ends of months as they were known.",
        _table(
            [
                "band",
                "account-months",
                "with loss",
                "lost",
                "expected",
                "of all losses",
            ],
            bands,
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def by_window(findings: Findings) -> list[dict]:
    """The score by window, in order of lead and horizon."""
    return sorted(
        findings.metrics(horizon_days=None, lead_days=None),
        key=lambda row: (row["lead_days"], row["horizon_days"]),
    )


def by_band(findings: Findings) -> list[dict]:
    """Rows of backtest_bands of the headline window, the best band first: the bands as
    people saw them."""
    order = {row["band"]: int(row["sort_order"]) for row in seed("health_bands")}
    rows = [
        row
        for row in findings.tables["backtest_bands"]
        if row["outcome"] == "lost"
        and row["horizon_days"] == findings.horizon_days
        and row["lead_days"] == findings.lead_days
        and row["predictor"] == "published_health_score"
        and row["slice"] == "all"
    ]
    return sorted(rows, key=lambda row: order.get(row["health_band"], len(order) + 1))


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _table(columns: list[str], rows: list[list]) -> str:
    if not rows:
        return ""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(
        "| " + " | ".join("" if one is None else str(one) for one in line) + " |"
        for line in lines
    )


if __name__ == "__main__":
    sys.exit(main())
