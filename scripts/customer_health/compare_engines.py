"""The command scripts/compare_engines: the same raw data, built on both engines."""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from rich.table import Table

from customer_health.build import console
from customer_health.dbt import PROJECT, given_path
from customer_health.warehouse import attach

TOLERANCE = 1e-6
SHOWN_ROWS = 5
MANIFEST = PROJECT / "target" / "manifest.json"
# marts that may be empty until months, or years, are over
SLOW_MARTS = ("models/marts/validation/", "models/marts/semantic/customer_months")

# Columns that differ between two runs or two engines by nature.
NOT_COMPARED = {
    "run_id": "every run has its own",
    "computed_at": "when the run began",
    "recorded_at": "when the run began",
    "account_fingerprint": "every engine has its own hash function",
    "dimension_fingerprint": "every engine has its own hash function",
    "signal_fingerprint": "every engine has its own hash function",
    "policy_fingerprint": "every engine has its own hash function",
}

# Columns that may be null in every row of a mart: what small data need not have.
NO_RATED_DAY = "needs a rating on a day of history"
NO_DECIDED_RENEWALS = "needs months of history"
NO_EFFECT_DAY = "needs an action done four weeks before a day of history"
MAY_BE_NULL = {
    "account_health_daily": {"cap": "no cap may hold"},
    "account_health_current": {
        "cap": "no cap may hold",
        "score_warning": "no score may be withheld, and no table stale",
        "momentum": "needs at least 59 days of history",
        "direction": "needs at least 59 days of history",
        "renewal_probability": NO_DECIDED_RENEWALS,
        "change_7d": "needs more than 7 days of history",
        "change_28d": "needs more than 28 days of history",
        "change_90d": "needs more than 90 days of history",
    },
    "data_inventory": {"waiting_signals": "no signal may wait for a table"},
    "csm_work_list": {"change_28d": "needs more than 28 days of history"},
    "crm_account_health": {
        "change_28d": "needs more than 28 days of history",
        "renewal_probability": NO_DECIDED_RENEWALS,
    },
    "manual_rating_audit": {
        "days_to_renewal_then": NO_RATED_DAY,
        "health_score_then": NO_RATED_DAY,
        "gap_to_health": NO_RATED_DAY,
        "is_last_minute": f"{NO_RATED_DAY}, or after notice",
        "assessor_leniency": "needs several such ratings of somebody",
        "is_lenient": "needs several such ratings of somebody",
    },
    "recommended_actions": dict.fromkeys(
        ("value_after", "score_after", "score_change"), NO_EFFECT_DAY
    ),
    "source_freshness_daily": {"warning": "no table may be stale"},
    "score_drift": dict.fromkeys(
        ("auc", "auc_low", "auc_high", "earlier_auc"), "needs ten losses in a quarter"
    ),
    "watermelon_register": {
        "was_green_90_days_before": "needs scores of that very day",
        "cap": "no cap may hold",
    },
}

# What is built when no raw data is given: small, but no mart is empty.
DEMO_DATA = ("--accounts=60", "--days=420", "--seed=7", "--end-date=2025-06-12")
DEMO_BUILD = ("--as-of=2025-06-02", "--vars={history_start: 2025-05-24}")


@dataclass(frozen=True)
class Mart:
    """A mart, and the columns that tell its rows apart: none when it has no key."""

    name: str
    key: tuple[str, ...]
    needs_years: bool
    """Whether it has something to tell only of months or years of history."""
    types: dict[str, str]
    """Name and type of every column."""


@dataclass(frozen=True)
class Difference:
    """A value, or a whole row, on which the two warehouses do not agree."""

    key: str
    column: str
    one: str
    other: str


@dataclass
class Comparison:
    """What came of a mart. `problems` are why its rows say little or nothing."""

    mart: str
    rows: int = 0
    differing: int = 0
    examples: list[Difference] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def main() -> int:
    """Prints what differs; returns 0 when nothing does."""
    arguments = parse_arguments()
    warehouses = arguments.warehouses or build_both(arguments)
    if not warehouses:
        return 1
    comparisons = []
    with console.status("Comparing …") as status:
        for comparison in compare(*warehouses, read_marts(MANIFEST)):
            comparisons.append(comparison)
            status.update(f"Compared {comparison.mart} …")
    show(comparisons)
    return int(any(found.differing or found.problems for found in comparisons))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/compare_engines",
        description="Builds the same raw data on DuckDB and on Spark, and compares"
        " every mart row by row: keys, text, bands and dates must be equal, numbers to"
        f" {TOLERANCE}. Fails, too, on an empty mart and on a column without any"
        " value, of which a comparison would say nothing, but for what only years of"
        " history fill.",
    )
    parser.add_argument(
        "--raw", type=given_path, help="folder with raw files; default: small demo data"
    )
    parser.add_argument("--as-of", help="last day to score, such as 2026-06-30")
    parser.add_argument(
        "--vars", help="settings of dbt_project.yml, as for scripts/build"
    )
    parser.add_argument(
        "--work",
        type=given_path,
        default=PROJECT / "warehouse" / "compare_engines",
        help="folder for what is built, made anew by every run",
    )
    parser.add_argument(
        "--warehouses",
        type=given_path,
        nargs=2,
        metavar=("ONE", "OTHER"),
        help="compare these two, which are there already, instead of building",
    )
    return parser.parse_args()


def build_both(arguments: argparse.Namespace) -> list[Path]:
    """Builds on both engines; returns the warehouses, none when a build has failed."""
    work = arguments.work
    shutil.rmtree(work, ignore_errors=True)
    raw = arguments.raw or work / "raw"
    options = [f"--raw={raw}"]
    if not arguments.raw:
        generator = PROJECT / "scripts" / "generate_demo_data.py"
        subprocess.run([sys.executable, generator, *DEMO_DATA, f"--out={raw}"])
        options += DEMO_BUILD
    options += [f"--as-of={arguments.as_of}"] if arguments.as_of else []
    options += [f"--vars={arguments.vars}"] if arguments.vars else []
    warehouses = []
    for engine in ("duckdb", "spark"):
        warehouses.append(work / engine / "warehouse")
        built = subprocess.run(
            [
                *(sys.executable, "-m", "customer_health.build", *options),
                "--no-dashboards",
                f"--engine={engine}",
                f"--warehouse={warehouses[-1]}",
                f"--published={work / engine / 'published'}",
            ]
        )
        if built.returncode:
            return []
    return warehouses


def read_marts(dbt_manifest: Path) -> list[Mart]:
    """All models under models/marts, with the key that their unique_key test names."""
    nodes = json.loads(dbt_manifest.read_text())["nodes"].values()
    keys = {
        node["attached_node"]: node["test_metadata"]["kwargs"]["columns"]
        for node in nodes
        if node.get("test_metadata", {}).get("name") == "unique_key"
    }
    return sorted(
        (
            Mart(
                node["name"],
                tuple(keys.get(node["unique_id"], ())),
                node["original_file_path"].startswith(SLOW_MARTS),
                {
                    column["name"]: column["data_type"]
                    for column in node["columns"].values()
                },
            )
            for node in nodes
            if node["resource_type"] == "model"
            and node["original_file_path"].startswith("models/marts/")
        ),
        key=lambda mart: mart.name,
    )


def compare(
    one: Path, other: Path, marts: Iterable[Mart], has_years: bool = False
) -> Iterator[Comparison]:
    """Compares marts of two warehouses, one after the other.

    Marts that need years have to have content only where history `has_years`.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        marts = list(marts)
        contracts = {mart.name: mart.types for mart in marts}
        attach(connection, one, "one", contracts)
        attach(connection, other, "other", contracts)
        for mart in marts:
            yield _compare_mart(connection, mart, has_years or not mart.needs_years)


def _compare_mart(
    connection: duckdb.DuckDBPyConnection, mart: Mart, needs_content: bool
) -> Comparison:
    comparison = Comparison(mart.name)
    columns, other_columns = (
        dict(
            connection.execute(
                f"select column_name, column_type from (describe {side}.{mart.name})"
            ).fetchall()
        )
        for side in ("one.main", "other.main")
    )
    if columns != other_columns:
        odd = sorted(set(columns.items()) ^ set(other_columns.items()))
        comparison.problems.append(f"columns differ: {odd}")
        return comparison
    compared = [name for name in columns if name not in NOT_COMPARED]
    key = [name for name in mart.key or compared if name in compared]
    for side in ("one", "other"):
        # rows with the same key, such as the changes of a day in history_ledger, are
        # told apart by their order
        connection.execute(
            f"""
            create or replace temporary table {side}_rows as
            select
                {", ".join(compared)},
                row_number() over (
                    partition by {", ".join(key)}
                    order by {", ".join([*mart.key, *compared])}
                ) as row_of_key
            from {side}.main.{mart.name}
            """
        )
    same_key = " and ".join(
        f"one.{name} is not distinct from other.{name}" for name in [*key, "row_of_key"]
    )
    unequal = [
        f"case when {_differ(name, columns[name])} then '{name}' end"
        for name in compared
        if name not in key
    ]
    connection.execute(
        f"""
        create or replace temporary table pairs as
        select
            one,
            other,
            case
                when one.row_of_key is null or other.row_of_key is null
                    then ['row_of_key']
                else list_filter([{", ".join(unequal)}], lambda name: name is not null)
            end as unequal
        from one_rows as one full outer join other_rows as other on {same_key}
        """
    )
    comparison.rows, comparison.differing = connection.execute(
        "select count(*), count(*) filter (where len(unequal) > 0) from pairs"
    ).fetchone()
    for one, other, names in connection.execute(
        f"from pairs where len(unequal) > 0 order by all limit {SHOWN_ROWS}"
    ).fetchall():
        either = one if one["row_of_key"] else other
        row_key = ", ".join(str(either[name]) for name in key)
        for name in names:
            values = [str(row[name]) for row in (one, other)]
            if name == "row_of_key":  # one of them lacks the row
                values = ["there" if row[name] else "missing" for row in (one, other)]
            comparison.examples.append(Difference(row_key, name, *values))
    if needs_content:
        comparison.problems += _without_content(connection, mart.name, compared)
    return comparison


def _differ(column: str, column_type: str) -> str:
    """A condition on two rows: whether they do not agree on a column."""
    unequal = f"one.{column} is distinct from other.{column}"
    if column_type != "DOUBLE":
        return unequal
    return f"coalesce(abs(one.{column} - other.{column}) > {TOLERANCE}, {unequal})"


def _without_content(
    connection: duckdb.DuckDBPyConnection, mart: str, columns: list[str]
) -> Iterator[str]:
    """Says of each side whether it is empty, and which columns are null throughout."""
    counts = ", ".join(f"count({name})" for name in columns)
    for side in ("one", "other"):
        rows, *values = connection.execute(
            f"select count(*), {counts} from {side}_rows"
        ).fetchone()
        if not rows:
            yield f"no rows in the {side} warehouse"
            continue
        nulls = [
            name
            for name, number in zip(columns, values, strict=True)
            if not number and name not in MAY_BE_NULL.get(mart, ())
        ]
        if nulls:
            yield f"null in all rows of the {side} warehouse: {', '.join(nulls)}"


def show(comparisons: list[Comparison]) -> None:
    """Prints a row per mart, then what differs."""
    table = Table()
    for heading in ("mart", "rows compared", "rows that differ"):
        table.add_column(heading, justify="left" if heading == "mart" else "right")
    examples = Table("mart", "key", "column", "one", "other", title="Differences")
    for found in comparisons:
        table.add_row(found.mart, f"{found.rows:,}", f"{found.differing:,}")
        for example in found.examples:
            examples.add_row(
                found.mart, example.key, example.column, example.one, example.other
            )
    console.print(table)
    if examples.rows:
        console.print(examples)
    for found in comparisons:
        for problem in found.problems:
            console.print(f"[bold red]{found.mart}:[/] {problem}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
