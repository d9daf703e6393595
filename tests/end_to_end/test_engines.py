"""Spark gives what DuckDB gives, and the comparison would notice if it did not."""

import subprocess
import time
from pathlib import Path

import duckdb
import pytest
from customer_health.compare_engines import (
    MAY_BE_NULL,
    Comparison,
    compare,
    read_marts,
)
from customer_health.spark import finish_interrupted_writes, java_for_spark
from customer_health.warehouse import connect


def test_spark_gives_the_same_marts(base, spark):
    """Every row of every mart; catches SQL that means something else on Spark, rounding
    that depends on the engine, seeds that load otherwise."""
    marts = read_marts(base.run.target / "manifest.json")
    published = spark.run.manifest()["exposures"][
        "exposure.customer_health.published_marts"
    ]["depends_on"]["nodes"]
    assert {mart.name for mart in marts} == {node.split(".")[-1] for node in published}
    for found in compare(base.warehouse, spark.warehouse, marts):
        assert not found.differing, found
        assert not found.problems, found


def test_spark_evaluates_the_same(two_years, spark_of_two_years):
    """Every row of what tells how good the score is, on two years of history: AUCs and
    their intervals, forecasts, drift, what-ifs; and churn by month."""
    marts = read_marts(two_years.run.target / "manifest.json")
    compared = compare(
        two_years.warehouse,
        spark_of_two_years.warehouse,
        [mart for mart in marts if mart.needs_years],
        has_years=True,
    )
    for found in compared:
        assert not found.differing, found
        assert not found.problems, found


def test_spark_publishes_the_same_file(base, publication, spark):
    """What readers open does not tell which engine built it; catches types and columns
    that Parquet folders change on the way."""
    files = [made.folder / "customer_health.duckdb" for made in (publication, spark)]
    for found in compare(*files, read_marts(base.run.target / "manifest.json")):
        assert not found.differing and not found.problems, found


# The comparison itself, on a copy of a warehouse that was changed


@pytest.fixture
def compared_after(base, tmp_path):
    """Changes a copy of the base by SQL and compares one of its marts with the base."""

    def compared(mart: str, change: str) -> Comparison:
        copy = tmp_path / "copy.duckdb"
        copy.write_bytes(base.warehouse.read_bytes())
        with duckdb.connect(str(copy)) as connection:
            connection.execute(change)
        marts = read_marts(base.run.target / "manifest.json")
        (comparison,) = compare(
            base.warehouse, copy, [each for each in marts if each.name == mart]
        )
        return comparison

    return compared


ONE_ROW = (
    "where (account_id, snapshot_date) in (select min((account_id, snapshot_date))"
    " from account_health_daily where health_score is not null)"
)


def test_a_warehouse_equals_itself(compared_after):
    """Stamps and fingerprints aside; numbers may differ in the seventh decimal."""
    comparison = compared_after(
        "account_health_daily",
        "update account_health_daily set"
        " health_score = health_score - 5e-7, run_id = 'other', computed_at = now()",
    )
    assert comparison.rows and not comparison.differing and not comparison.problems


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("set health_score = health_score - 2e-6", "health_score"),
        ("set health_score = null", "health_score"),
        ("set health_band = 'other'", "health_band"),
        ("set tenure_days = tenure_days + 1", "tenure_days"),
    ],
)
def test_a_changed_value_is_noticed(compared_after, change, column):
    """The row and the column are named; catches a tolerance that is too wide, and nulls
    that are taken for equal."""
    comparison = compared_after(
        "account_health_daily", f"update account_health_daily {change} {ONE_ROW}"
    )
    assert comparison.differing == 1
    assert [example.column for example in comparison.examples] == [column]


def test_a_missing_row_is_noticed(compared_after):
    comparison = compared_after(
        "account_health_daily", f"delete from account_health_daily {ONE_ROW}"
    )
    assert comparison.differing == 1
    assert [example.other for example in comparison.examples] == ["missing"]


@pytest.mark.parametrize("mart", ["rejected_records", "history_ledger"])
def test_a_row_without_a_counterpart_is_noticed(compared_after, mart):
    """Also where no key, or nothing but a stamp, tells rows apart; catches doubles."""
    comparison = compared_after(mart, f"insert into {mart} from {mart} limit 1")
    assert comparison.differing == 1


def test_an_empty_mart_is_noticed(compared_after):
    """Also where both are: nothing was compared."""
    comparison = compared_after("data_inventory", "delete from data_inventory")
    assert comparison.problems == ["no rows in the other warehouse"]


def test_a_column_without_values_is_noticed(compared_after):
    comparison = compared_after(
        "account_health_current", "update account_health_current set action = null"
    )
    assert comparison.problems == ["null in all rows of the other warehouse: action"]


def test_only_columns_that_there_are_may_be_null(base):
    """Every excuse is for a column of a mart; catches one that its column has outlived,
    and that may come to excuse another."""
    nodes = base.run.manifest()["nodes"]
    for mart, excuses in MAY_BE_NULL.items():
        columns = nodes[f"model.customer_health.{mart}"]["columns"]
        assert set(excuses) <= set(columns), mart


def test_another_type_is_noticed(compared_after):
    """Readers would have to cast; catches what Parquet or a folder's name changes."""
    comparison = compared_after(
        "data_inventory",
        "alter table data_inventory alter max_lag_days type bigint",
    )
    assert "max_lag_days" in comparison.problems[0]


# What only Spark needs


def test_spark_has_java_where_the_system_has_none(monkeypatch, tmp_path):
    """The packaged Java starts with what Spark asks of it, a module that it lacks."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    variables = java_for_spark()
    monkeypatch.undo()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    told = subprocess.run(
        [
            Path(variables["JAVA_HOME"], "bin", "java"),
            "--add-modules=jdk.incubator.vector",
            "-version",
        ],
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0 and "OpenJDK" in told.stderr, told


@pytest.mark.parametrize("state", ["complete", "incomplete", "outdated"])
def test_an_interrupted_write_is_finished_or_undone(tmp_path, state):
    """All days are as before, or all are new; catches a day that a killed run removed
    and did not replace, and days that take the place of newer ones."""
    table = tmp_path / "main.db" / "scores"
    staging = table / ".spark-staging-1"
    for day, text in (
        (table / "day=1", "new, moved already"),
        (table / "day=3", "old"),
        (staging / "day=2", "new"),
        (staging / "day=3", "new"),
    ):
        day.mkdir(parents=True)
        (day / "part.parquet").write_text(text)
    if state != "incomplete":
        (staging / "_SUCCESS").touch()
    if state == "outdated":
        time.sleep(0.01)
        (table / "day=3" / "part.parquet").unlink()
        (table / "day=3" / "part.parquet").write_text("newer")
    assert finish_interrupted_writes(tmp_path) == ["scores"]
    days = {day.name: (day / "part.parquet").read_text() for day in table.glob("*=*")}
    assert (
        days
        == {
            "complete": {"day=1": "new, moved already", "day=2": "new", "day=3": "new"},
            "incomplete": {"day=1": "new, moved already", "day=3": "old"},
            "outdated": {"day=1": "new, moved already", "day=3": "newer"},
        }[state]
    )
    assert not staging.exists()


def test_a_folder_of_parquet_is_a_warehouse(tmp_path):
    """Days come from the names of folders, as dates; a table without rows, which has no
    file, is left out."""
    table = tmp_path / "main.db" / "scores"
    (tmp_path / "policy.db" / "score_caps").mkdir(parents=True)
    table.mkdir(parents=True)
    duckdb.sql("select 1 as score, date '2026-06-30' as snapshot_date").write_parquet(
        str(table), partition_by=["snapshot_date"]
    )
    with connect(tmp_path) as connection:
        assert connection.execute(
            "select score, typeof(snapshot_date) from scores"
        ).fetchall() == [(1, "DATE")]
