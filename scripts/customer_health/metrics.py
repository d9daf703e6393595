"""The command scripts/metrics: metrics of the semantic layer, from the published marts.

MetricFlow writes the SQL from what dbt knows of models/marts/semantic/, and it runs on
the published DuckDB file, read only. Its own command, mf, opens the file to write, and
asks PyPI for a newer version of itself at each start, which this does not.
"""

import argparse
import csv
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

import duckdb
from metricflow.data_table.mf_table import MetricFlowDataTable
from metricflow.engine.metricflow_engine import (
    MetricFlowEngine,
    MetricFlowQueryRequest,
)
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.implementations.semantic_manifest import (
    PydanticSemanticManifest,
)
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from rich.console import Console
from rich.table import Table

from customer_health.build import given_date
from customer_health.dbt import PROJECT, environment_of_dbt, given_path
from customer_health.query import show
from customer_health.warehouse import attach

# Where the project is read for metrics, apart from what a build may be writing.
TARGET = PROJECT / "target" / "metrics"
# What the tables' database is called, in dbt's manifest and in the SQL of a metric.
DATABASE = "customer_health"


class CannotAnswer(Exception):
    """A question that has no answer; the message says what to do."""


def main() -> int:
    """Prints the answer; returns 1 with a hint when there is none."""
    arguments = parse_arguments()
    try:
        manifest = read_semantic_manifest()
        if arguments.list:
            list_metrics(manifest)
            return 0
        marts = arguments.published / "customer_health.duckdb"
        with Metrics(marts, manifest) as metrics:
            question = {
                "metrics": arguments.metrics,
                "group_by": arguments.group_by,
                "where": arguments.where,
                "first": arguments.first,
                "last": arguments.last,
                "order_by": arguments.order_by,
                "limit": arguments.limit,
            }
            if arguments.sql:
                print(metrics.sql(**question))
                return 0
            columns, rows = metrics.ask(**question)
    except CannotAnswer as problem:
        print(problem, file=sys.stderr)
        return 1
    if arguments.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        show(columns, [[shorter(value) for value in row] for row in rows])
    return 0


def shorter(value: object) -> object:
    """A day without its midnight, a number without the noise of its last digits."""
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date()
    return round(value, 4) if isinstance(value, float) else value


def parse_arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/metrics",
        description="Metrics of the published marts, such as: scripts/metrics"
        " --metrics arr_at_risk --group-by metric_time__month,account__segment",
    )
    parser.add_argument("--list", action="store_true", help="which metrics there are")
    parser.add_argument(
        "--metrics", type=names, default=[], help="names, with commas between them"
    )
    parser.add_argument(
        "--group-by",
        type=names,
        default=[],
        help="metric_time__day, __week, __month, __quarter or __year, and dimensions"
        " such as account__segment, with commas between them",
    )
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        help="a condition, such as \"{{ Dimension('account__segment') }} ="
        " 'enterprise'\"; several times for several. Accounts, scores and ARR are then"
        " of the last day of a period on which any account fits: to see none where"
        " there is none, group by the dimension instead",
    )
    parser.add_argument(
        "--from", dest="first", type=given_date, help="first day, such as 2026-01-01"
    )
    parser.add_argument("--to", dest="last", type=given_date, help="last day")
    parser.add_argument(
        "--order-by", type=names, default=[], help="columns; -column for descending"
    )
    parser.add_argument("--limit", type=int, help="most rows")
    parser.add_argument("--sql", action="store_true", help="print the SQL, run nothing")
    parser.add_argument("--csv", action="store_true", help="print CSV, not a table")
    parser.add_argument(
        "--published",
        type=given_path,
        default=PROJECT / "published",
        help="folder that scripts/build published to",
    )
    arguments = parser.parse_args(given)
    if not arguments.list and not arguments.metrics:
        parser.error("name --metrics, or look at --list")
    return arguments


def names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def read_semantic_manifest(
    project: Path = PROJECT, target: Path = TARGET
) -> PydanticSemanticManifest:
    """What dbt knows of semantic models and metrics. Raises CannotAnswer."""
    parsed = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            "--quiet",
            "parse",
            f"--project-dir={project}",
            f"--profiles-dir={project}",
            "--target=duckdb",
            f"--target-path={target}",
        ],
        # which names the tables; dbt opens no warehouse to parse
        env=environment_of_dbt("duckdb", Path(f"{DATABASE}.duckdb")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if parsed.returncode != 0:
        raise CannotAnswer(f"dbt cannot read the project:\n{parsed.stdout}")
    return parse_manifest_from_dbt_generated_manifest(
        (target / "semantic_manifest.json").read_text()
    )


def list_metrics(manifest: PydanticSemanticManifest) -> None:
    """Prints the metrics with their descriptions, and what they are grouped by."""
    table = Table("metric", "label", "description")
    for metric in sorted(manifest.metrics, key=lambda metric: metric.name):
        table.add_row(metric.name, metric.label, " ".join(metric.description.split()))
    console = Console()
    console.print(table)
    for model in manifest.semantic_models:
        dimensions = ", ".join(
            f"{model.primary_entity}__{dimension.name}"
            for dimension in model.dimensions
        )
        console.print(f"[bold]{model.name}[/]: {dimensions}", highlight=False)


class Metrics:
    """Answers questions from a published DuckDB file."""

    def __init__(self, marts: Path, manifest: PydanticSemanticManifest) -> None:
        if not marts.exists():
            raise CannotAnswer(f"There is no {marts}. Run scripts/build first.")
        self._marts = marts
        self._client = PublishedMarts(marts)
        self._engine = MetricFlowEngine(SemanticManifestLookup(manifest), self._client)

    def __enter__(self) -> "Metrics":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def sql(self, **question: object) -> str:
        """The SQL that answers a question. Raises CannotAnswer."""
        return self._answer(self._engine.explain, question).sql_statement.sql

    def ask(self, **question: object) -> tuple[Sequence[str], Sequence[tuple]]:
        """Columns and rows, of a question as _request has it. Raises CannotAnswer."""
        found = self._answer(self._engine.query, question).result_df
        return found.column_names, found.rows

    def _answer(self, answer, question: dict[str, object]):
        try:
            return answer(_request(**question))
        except duckdb.CatalogException as problem:
            raise CannotAnswer(
                f"{self._marts} lacks what a metric needs. Was it published by an older"
                f" version of the project? Run scripts/build.\n{problem}"
            ) from None
        except duckdb.Error as problem:
            raise CannotAnswer(f"The question cannot be run: {problem}") from None
        except Exception as problem:  # MetricFlow has many, without a common class
            raise CannotAnswer(
                f"The question is not understood; scripts/metrics --list tells which"
                f" metrics and dimensions there are.\n{problem}"
            ) from None


def _request(
    metrics: list[str],
    group_by: Sequence[str] = (),
    where: Sequence[str] = (),
    first: date | None = None,
    last: date | None = None,
    order_by: Sequence[str] = (),
    limit: int | None = None,
) -> MetricFlowQueryRequest:
    return MetricFlowQueryRequest.create(
        metric_names=metrics,
        group_by_names=group_by or None,
        where_constraints=where or None,
        time_constraint_start=first and datetime.combine(first, time.min),
        time_constraint_end=last and datetime.combine(last, time.min),
        order_by_names=order_by or group_by or None,
        limit=limit,
    )


class PublishedMarts:
    """What MetricFlow asks of a database; nothing can be changed through it."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()

    def __init__(self, marts: Path) -> None:
        self._connection = duckdb.connect()
        attach(self._connection, marts, DATABASE)
        self._connection.execute("set enable_external_access = false")
        self._connection.execute("set lock_configuration = true")

    # MetricFlow gives the statement, and parameters that it has none of, by these names

    def query(self, stmt: str, sql_bind_parameter_set=None) -> MetricFlowDataTable:
        found = self._connection.execute(stmt)
        return MetricFlowDataTable.create_from_rows(
            [column[0] for column in found.description], found.fetchall()
        )

    def execute(self, stmt: str, sql_bind_parameter_set=None) -> None:
        self._connection.execute(stmt)

    def dry_run(self, stmt: str, sql_bind_parameter_set=None) -> None:
        self._connection.execute(f"explain {stmt}")

    def close(self) -> None:
        self._connection.close()

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        return f"${bind_parameter_key}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stderr.close()
