"""Metrics: what MetricFlow answers is what SQL on the published marts says."""

import csv
import math
import os
import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
import yaml
from customer_health.metrics import CannotAnswer, Metrics, read_semantic_manifest
from laboratory import AS_OF, PROJECT
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
    SemanticManifestValidator,
)

AT_RISK = "health_band in ('at_risk', 'critical')"
# The days of the publication end one month, and begin the next.
END_OF_MAY = "snapshot_date = date '2025-05-31'"
LAST_DAY = f"snapshot_date = date '{AS_OF}'"
# Of a month, the last of its stored days.
ENDS = f"({END_OF_MAY} or {LAST_DAY})"
BY_MONTH = "date_trunc('month', snapshot_date)"


@pytest.fixture(scope="module")
def manifest(laboratory, tmp_path_factory):
    return read_semantic_manifest(
        laboratory.project, tmp_path_factory.mktemp("target_of_metrics")
    )


@pytest.fixture(scope="module")
def marts(publication, tmp_path_factory):
    """The published file, with what metrics tell apart and the data may not have."""
    file = tmp_path_factory.mktemp("marts") / "marts.duckdb"
    shutil.copy(publication.folder / "customer_health.duckdb", file)
    with duckdb.connect(str(file)) as connection:
        for change in (
            # without a score, without a known revenue
            "update account_health_daily set health_score = null,"
            " health_band = 'unknown' where account_id like '%3'",
            "update account_health_daily set arr = null where account_id like '%5'",
            # customers of some days, new on the first
            "update account_health_daily set"
            " tenure_days = cast(snapshot_date - date '2025-05-29' as int)"
            " where account_id like '%7' and snapshot_date >= date '2025-05-29'",
            # who left before a month ended, or before the last day
            "delete from account_health_daily where account_id like '%4'"
            " and snapshot_date >= date '2025-05-31'",
            "delete from account_health_daily where account_id like '%6'"
            f" and snapshot_date = date '{AS_OF}'",
        ):
            connection.execute(change)
    return file


@pytest.fixture(scope="module")
def metrics(marts, manifest):
    with Metrics(marts, manifest) as opened:
        yield opened


@pytest.fixture(scope="module")
def metrics_of_two_years(two_years, manifest):
    with Metrics(two_years.warehouse, manifest) as opened:
        yield opened


def comparable(rows) -> list[tuple]:
    """Rows in an order of their own; dates as dates, numbers without noise."""

    def plain(value):
        if isinstance(value, datetime):
            return value.date()
        return float(f"{value:.9g}") if isinstance(value, (int, float)) else value

    return sorted(
        (tuple(plain(value) for value in row) for row in rows),
        key=lambda row: [str(value) for value in row],
    )


def sql(file: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return comparable(connection.execute(query).fetchall())


# name: what is asked, and the SQL that says the same
QUESTIONS = {
    "a month's accounts and revenue are those of its last day": (
        {"metrics": ["accounts", "arr"], "group_by": ["metric_time__month"]},
        f"select {BY_MONTH}, count(*), sum(arr) from account_health_daily"
        f" where {ENDS} group by all",
    ),
    "of all time, the last day": (
        {"metrics": ["accounts", "scored_accounts", "unknown_accounts"]},
        "select count(*), count(health_score), count(*) - count(health_score)"
        f" from account_health_daily where {LAST_DAY}",
    ),
    "by band": (
        {
            "metrics": ["accounts", "health_score", "coverage"],
            "group_by": ["metric_time__day", "account__health_band"],
        },
        "select snapshot_date, health_band, count(*), avg(health_score), avg(coverage)"
        " from account_health_daily group by all",
    ),
    "at risk, by month and segment": (
        {
            "metrics": ["arr_at_risk", "accounts_at_risk"],
            "group_by": ["metric_time__month", "account__segment"],
        },
        f"select {BY_MONTH}, segment,"
        f" sum(case when {AT_RISK} then arr else 0 end), count_if({AT_RISK})"
        f" from account_health_daily where {ENDS} group by all",
    ),
    "shares": (
        {
            "metrics": ["share_of_arr_at_risk", "share_of_accounts_at_risk"],
            "group_by": ["metric_time__month"],
        },
        f"select {BY_MONTH}, sum(case when {AT_RISK} then arr else 0 end)"
        " / sum(arr) filter (where health_score is not null),"
        f" count_if({AT_RISK}) / count(health_score)"
        f" from account_health_daily where {ENDS} group by all",
    ),
    "weighted by revenue": (
        {
            "metrics": ["arr_weighted_health_score", "arr_weighted_coverage"],
            "group_by": ["account__region"],
        },
        "select region, sum(health_score * arr)"
        " / nullif(sum(arr) filter (where health_score is not null), 0),"
        " sum(coverage * arr) / nullif(sum(arr), 0)"
        f" from account_health_daily where {LAST_DAY} group by all",
    ),
    "of one band": (
        {
            "metrics": ["accounts", "arr"],
            "group_by": ["account__segment"],
            "where": ["{{ Dimension('account__health_band') }} = 'watch'"],
        },
        "select segment, count(*), sum(arr) from account_health_daily"
        f" where health_band = 'watch' and {LAST_DAY} group by all",
    ),
    "between two days": (
        {
            "metrics": ["accounts"],
            "first": date(2025, 5, 28),
            "last": date(2025, 5, 30),
        },
        "select count(*) from account_health_daily"
        " where snapshot_date = date '2025-05-30'",
    ),
    "by dimension": (
        {
            "metrics": ["dimension_score"],
            "group_by": ["dimension_score__dimension"],
        },
        "select dimension, avg(score) from dimension_scores_daily"
        f" where {LAST_DAY} group by all",
    ),
    "new customers add up over days": (
        {"metrics": ["new_customers"]},
        "select count_if(tenure_days = 0) from account_health_daily",
    ),
    "alerts": (
        {
            "metrics": ["alerts_opened"],
            "group_by": ["metric_time__day", "alert__severity"],
        },
        "select first_day, severity, count(*) from health_alerts group by all",
    ),
    "what is to come": (
        {
            "metrics": ["renewing_arr", "expected_lost_arr"],
            "group_by": ["metric_time__quarter"],
        },
        "select date_trunc('quarter', renewal_on), sum(arr), sum(expected_arr_lost)"
        " from renewal_forecast group by all",
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_metric_is_what_sql_says(metrics, marts, question):
    asked, query = QUESTIONS[question]
    _, rows = metrics.ask(**asked)
    expected = sql(marts, query)
    assert expected
    assert comparable(rows) == expected


# of the warehouse, which has the ends of 24 months
QUESTIONS_OF_TWO_YEARS = {
    "churn by month": (
        {
            "metrics": ["churn_rate", "revenue_churn_rate", "lost_customers"],
            "group_by": ["metric_time__month"],
        },
        "select month_from, count_if(is_lost) / count(*), sum(lost_arr) / sum(arr),"
        " count_if(is_lost) from customer_months group by all",
    ),
    "churn by band": (
        {"metrics": ["churn_rate"], "group_by": ["customer__health_band"]},
        "select health_band, count_if(is_lost) / count(*) from customer_months"
        " group by all",
    ),
    "what contracted and expanded": (
        {
            "metrics": ["contracted_arr", "expanded_arr", "renewals"],
            "group_by": ["metric_time__year"],
        },
        "select date_trunc('year', outcome_date),"
        " sum(case outcome when 'contracted' then arr_before - arr_after else 0 end),"
        " sum(case outcome when 'expanded' then arr_after - arr_before else 0 end),"
        " count_if(outcome = 'renewed') from account_outcomes group by all",
    ),
    "stocks of several years beside each other": (
        {"metrics": ["accounts", "health_score"], "group_by": ["metric_time__quarter"]},
        "select date_trunc('quarter', snapshot_date), count(*), avg(health_score)"
        " from account_health_daily where snapshot_date in (select max(snapshot_date)"
        " from account_health_daily group by date_trunc('quarter', snapshot_date))"
        " group by all",
    ),
    "expected losses": (
        {
            "metrics": ["expected_loss_rate", "forecast_arr"],
            "group_by": ["renewal__settled_band"],
        },
        "select settled_band, sum(expected_arr_lost)"
        " / nullif(sum(arr) filter (where expected_arr_lost is not null), 0),"
        " sum(arr) filter (where expected_arr_lost is not null)"
        " from renewal_forecast group by all",
    ),
}


@pytest.mark.parametrize("question", QUESTIONS_OF_TWO_YEARS)
def test_a_metric_of_months_is_what_sql_says(metrics_of_two_years, two_years, question):
    asked, query = QUESTIONS_OF_TWO_YEARS[question]
    _, rows = metrics_of_two_years.ask(**asked)
    expected = sql(two_years.warehouse, query)
    assert expected
    assert comparable(rows) == expected


def test_churn_counts_who_is_lost_in_a_month(metrics_of_two_years, two_years):
    """Of those with which it began, by the outcomes themselves; no month is missing."""
    _, rows = metrics_of_two_years.ask(
        metrics=["lost_customers"], group_by=["metric_time__month"]
    )
    expected = sql(
        two_years.warehouse,
        """
        select months.month, count(distinct losses.account_id)
        from (
            select distinct date_trunc('month', snapshot_date + 1) as month
            from account_health_daily
        ) as months
        left join (
            select
                outcomes.account_id,
                date_trunc('month', outcome_date) as month
            from account_outcomes as outcomes
            inner join account_health_daily as health
                on outcomes.account_id = health.account_id
                    and health.snapshot_date + 1 = date_trunc('month', outcome_date)
            where outcome in ('churned', 'inactive')
        ) as losses using (month)
        where months.month + interval 1 month + interval 29 day <= date '2025-05-31'
        group by all
        """,
    )
    assert comparable(rows) == expected
    assert sum(lost for _, lost in expected) > 10


def test_the_file_has_all_that_metrics_need(metrics, manifest):
    """Every metric can be asked: none lacks a table or a column."""
    names = [metric.name for metric in manifest.metrics]
    assert len(names) > 20
    columns, _ = metrics.ask(metrics=names, group_by=["metric_time__month"])
    assert sorted(columns) == sorted(["metric_time__month", *names])


def test_metrics_say_what_they_are(manifest):
    for metric in manifest.metrics:
        assert metric.label, metric.name
        assert len(metric.description.split()) > 5, metric.name


def test_the_semantic_layer_is_valid(manifest):
    """As `mf validate-configs` has it, without the tables."""
    results = SemanticManifestValidator().validate_semantic_manifest(manifest)
    assert not results.all_issues, results.report()


def test_the_days_are_complete(publication):
    """From the first day of any metric to the last, none left out."""
    ((days, first, last),) = sql(
        publication.folder / "customer_health.duckdb",
        "select count(*), min(calendar_day), max(calendar_day) from calendar_days",
    )
    assert days == (last - first).days + 1
    ((first_outcome, last_renewal),) = sql(
        publication.folder / "customer_health.duckdb",
        "select (select min(outcome_date) from account_outcomes),"
        " (select max(renewal_on) from renewal_forecast)",
    )
    assert first == first_outcome < date(2025, 5, 28)
    assert last == last_renewal > AS_OF


def test_bands_at_risk_are_bands():
    """Those of the setting that the metrics are made of."""
    bands = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    with (PROJECT / "seeds" / "health_bands.csv").open() as file:
        known = {row["band"] for row in csv.DictReader(file) if row["min_score"]}
    assert set(bands["at_risk_bands"]) < known


def test_the_own_command_of_metricflow_says_the_same(laboratory, publication, tmp_path):
    """mf, in the project, with the published file as the warehouse: it opens a copy."""
    project = shutil.copytree(laboratory.project, tmp_path / "project")
    marts = tmp_path / "customer_health.duckdb"
    shutil.copy(publication.folder / "customer_health.duckdb", marts)
    environment = os.environ | {
        "CUSTOMER_HEALTH_WAREHOUSE": str(marts),
        # it would ask PyPI whether it is the newest
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    for command in (
        ["dbt", "--quiet", "parse"],
        [
            "mf",
            "query",
            "--metrics=accounts,share_of_arr_at_risk",
            "--group-by=metric_time__month,account__segment",
            "--order=metric_time__month,account__segment",
            f"--csv={tmp_path / 'answer.csv'}",
            "--quiet",
        ],
    ):
        run = subprocess.run(
            [Path(sys.executable).with_name(command[0]), *command[1:]],
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert run.returncode == 0, run.stdout
    with (tmp_path / "answer.csv").open() as file:
        answer = list(csv.DictReader(file))
    expected = sql(
        marts,
        f"select {BY_MONTH} as month, segment, count(*),"
        f" sum(case when {AT_RISK} then arr else 0 end)"
        " / sum(arr) filter (where health_score is not null)"
        f" from account_health_daily where {ENDS} group by all",
    )
    assert len(answer) == len(expected) > 4
    for row, (month, segment, accounts, share) in zip(answer, expected, strict=True):
        assert row["metric_time__month"][:10] == month.isoformat()
        assert row["account__segment"] == segment
        assert int(row["accounts"]) == accounts
        assert math.isclose(float(row["share_of_arr_at_risk"]), share, rel_tol=1e-8)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"metrics": ["acounts"]}, "--list"),
        ({"metrics": ["accounts"], "group_by": ["account__segments"]}, "segment"),
        ({"metrics": ["accounts"], "where": ["nonsense("]}, "cannot be run"),
    ],
)
def test_what_cannot_be_answered_is_explained(metrics, asked, said):
    with pytest.raises(CannotAnswer, match=said):
        metrics.ask(**asked)


def test_a_file_that_is_not_there_or_too_old(publication, manifest, tmp_path):
    with pytest.raises(CannotAnswer, match="scripts/build"):
        Metrics(tmp_path / "customer_health.duckdb", manifest)
    old = tmp_path / "old.duckdb"
    shutil.copy(publication.folder / "customer_health.duckdb", old)
    with duckdb.connect(str(old)) as connection:
        connection.execute("drop table customer_months")
    with Metrics(old, manifest) as metrics:
        with pytest.raises(CannotAnswer, match="older version"):
            metrics.ask(metrics=["churn_rate"])
