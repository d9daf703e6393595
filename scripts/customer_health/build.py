"""The command scripts/build: demo data when there is no raw data, build, publish."""

import argparse
import json
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import yaml
from rich.console import Console

from customer_health.dbt import PROJECT, TARGET, DbtFailed, given_path, run_dbt
from customer_health.publish import publish, remove_leftovers
from customer_health.summary import summarise
from customer_health.warehouse import connect

# unit tests are about the SQL, not the data: scripts/test runs them
BUILD = ["build", "--exclude-resource-type=unit_test"]

WAREHOUSES = {
    "duckdb": PROJECT / "warehouse" / "customer_health.duckdb",
    "spark": PROJECT / "warehouse" / "spark",
}

# lines are never broken: messages hold paths and queries that people copy and search
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)


def main() -> int:
    """Builds and publishes; returns 0 only when it was published."""
    arguments = parse_arguments()
    if arguments.setup_only:
        return 0
    began = time.monotonic()
    try:
        raw = arguments.raw or PROJECT / "data" / "raw"
        if not raw.exists():
            if arguments.raw:
                raise DbtFailed(
                    f"There is no folder {raw}. Name the one with your raw files."
                )
            generate_demo_data(raw)
        variables = settings(arguments, raw)
        runs = build(arguments, variables)
        console.print("Publishing …")
        publishing_began = time.time()
        remove_leftovers(arguments.published)
        published = publish(
            arguments.warehouse,
            arguments.published,
            TARGET / "manifest.json",
            variables["published_signal_days"],
        )
        if arguments.timings:
            publishing = {"began": publishing_began, "ended": time.time()}
            arguments.timings.write_text(
                json.dumps({"dbt": runs, "publish": publishing})
            )
    except DbtFailed as failure:
        console.print(
            f"\n[bold red]Not published.[/] {arguments.published} is as it was.\n"
        )
        console.print(str(failure), highlight=False, markup=False)
        console.print(
            "\nPut right what is named above and run the same command again. "
            "The whole log is in logs/dbt.log."
        )
        return 1
    seconds = time.monotonic() - began
    pages_are_made = arguments.no_dashboards or make_dashboards(
        arguments.published, variables
    )
    summarise(arguments.published, published.written, seconds, console)
    return 0 if pages_are_made else 1


def make_dashboards(published: Path, variables: dict[str, object]) -> bool:
    """Makes the pages of what was published; says why when they cannot be made."""
    from customer_health.dashboards import making

    try:
        making.tell(making.make(published, variables))
    except Exception as problem:  # whatever it is, the publication stands
        console.print(
            f"\n[bold red]No dashboards.[/] The marts are published in {published}.\n"
        )
        console.print(
            f"{problem or type(problem).__name__}", highlight=False, markup=False
        )
        console.print("\nPut that right and run scripts/dashboards.")
        return False
    return True


def stopped() -> int:
    console.print("\nStopped. Run the same command again: it goes on.")
    return 130


def parse_arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/build",
        description="Builds the health scores of all days that are missing or open,"
        " and publishes them. Run the same command again after any interruption.",
    )
    parser.add_argument(
        "--raw",
        type=given_path,
        help="folder with the raw files; default data/raw, where demo "
        "data is made when there is none",
    )
    parser.add_argument(
        "--warehouse",
        type=given_path,
        help="where dbt builds, and nobody else should write: a DuckDB file, default "
        "warehouse/customer_health.duckdb, or Spark's folder, default warehouse/spark",
    )
    parser.add_argument(
        "--published",
        type=given_path,
        default=PROJECT / "published",
        help="folder that BI tools read",
    )
    parser.add_argument(
        "--as-of", type=given_date, help="last day to score, such as 2026-06-30"
    )
    parser.add_argument(
        "--from",
        dest="restate_from",
        type=given_date,
        help="first day of closed history to compute again",
    )
    parser.add_argument(
        "--to",
        dest="restate_to",
        type=given_date,
        help="last day of closed history to compute again",
    )
    parser.add_argument("--restate-reason", help="why; it is written to history_ledger")
    parser.add_argument(
        "--engine", choices=[*WAREHOUSES], default="duckdb", help="engine that builds"
    )
    parser.add_argument(
        "--vars",
        type=given_settings,
        default={},
        help="other settings of dbt_project.yml, such as '{late_data_days: 5}'",
    )
    parser.add_argument(
        "--no-dashboards",
        action="store_true",
        help="publish only; scripts/dashboards makes the pages later",
    )
    parser.add_argument(
        "--timings",
        type=given_path,
        help="file to write to when each part of the build began and ended, as JSON",
    )
    parser.add_argument(
        "--setup-only", action="store_true", help="make the environment, then stop"
    )
    arguments = parser.parse_args(given)
    arguments.warehouse = arguments.warehouse or WAREHOUSES[arguments.engine]
    restatement = (
        arguments.restate_from,
        arguments.restate_to,
        arguments.restate_reason,
    )
    if any(restatement) and not all(restatement):
        parser.error(
            "closed days are computed again only with all of --from, --to and "
            "--restate-reason"
        )
    if arguments.restate_from and arguments.restate_from > arguments.restate_to:
        parser.error("--from lies after --to")
    return arguments


def given_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text} is not a date such as 2026-06-30"
        ) from None


def given_settings(text: str) -> dict[str, object]:
    """Settings as YAML; only those that dbt_project.yml has."""
    given = yaml.safe_load(text)
    if not isinstance(given, dict):
        raise argparse.ArgumentTypeError(
            f"{text} is no list of settings such as '{{late_data_days: 5}}'"
        )
    for name in given:
        if name not in default_settings():
            raise argparse.ArgumentTypeError(
                f"there is no setting {name}: dbt_project.yml has all of them"
            )
    return given


def default_settings() -> dict[str, object]:
    return yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]


def settings(arguments: argparse.Namespace, raw: Path) -> dict[str, object]:
    """The settings of this run: those of dbt_project.yml, then those of the command."""
    variables = default_settings() | {"raw_path": str(raw)} | arguments.vars
    if arguments.as_of:
        variables["as_of_date"] = arguments.as_of.isoformat()
    return variables


def generate_demo_data(raw: Path) -> None:
    console.print("No raw data yet: making the demo company's.")
    subprocess.run(
        [
            sys.executable,
            str(PROJECT / "scripts" / "generate_demo_data.py"),
            "--out",
            raw,
        ],
        check=True,
    )


def build(
    arguments: argparse.Namespace, variables: dict[str, object]
) -> list[dict[str, object]]:
    """Restates what was asked for, then builds until no day is left.

    Returns what run_dbt says of each run.
    """
    runs = []
    most_days = int(variables["max_days_per_run"])
    if arguments.restate_from:
        for first, last in ranges(
            arguments.restate_from,
            arguments.restate_to,
            most_days - int(variables["late_data_days"]),
        ):
            runs.append(
                run_dbt(
                    BUILD,
                    variables=variables
                    | {
                        "restate_from": first.isoformat(),
                        "restate_to": last.isoformat(),
                        "restate_reason": arguments.restate_reason,
                    },
                    warehouse=arguments.warehouse,
                    engine=arguments.engine,
                    title=f"Restating {first} to {last}",
                    console=console,
                    raw_tables_are_loaded=bool(runs),
                )
            )
            restated = tell_what_was_scored(arguments.warehouse, first, last)
            if not restated:
                raise DbtFailed(
                    f"No day from {first} to {last} was restated: history has none."
                )
        if not days_left(arguments.warehouse):
            return runs
    while True:
        runs.append(
            run_dbt(
                BUILD,
                variables=variables,
                warehouse=arguments.warehouse,
                engine=arguments.engine,
                title="Building",
                console=console,
                raw_tables_are_loaded=bool(runs),
            )
        )
        tell_what_was_scored(arguments.warehouse)
        left = days_left(arguments.warehouse)
        if not left:
            break
        console.print(f"{left} days are left: building on.")

    with connect(arguments.warehouse) as connection:
        if not connection.execute("from account_health_daily limit 1").fetchall():
            raise DbtFailed(
                "No account was a customer on any day. A customer has a subscription"
                " that has begun, or with customer_definition activity an invoice"
                " or use."
            )
    return runs


def ranges(first: date, last: date, days: int) -> list[tuple[date, date]]:
    """Splits a range of dates, both ends included, into ranges of at most `days`."""
    starts = range(0, (last - first).days + 1, days)
    return [
        (
            first + timedelta(days=start),
            min(first + timedelta(days=start + days - 1), last),
        )
        for start in starts
    ]


def days_left(warehouse: Path) -> int:
    """How many due days the last run left to the next."""
    with connect(warehouse) as connection:
        return connection.execute(
            "select coalesce(max(days_due) - count(*), 0)"
            " from intermediate.int_days_to_score"
        ).fetchone()[0]


def tell_what_was_scored(
    warehouse: Path, first: date = date.min, last: date = date.max
) -> int:
    """Says which days of a range the last run computed; returns how many."""
    with connect(warehouse) as connection:
        days, first, last = connection.execute(
            "select count(*), min(snapshot_date), max(snapshot_date)"
            " from intermediate.int_days_to_score where snapshot_date between ? and ?",
            [first, last],
        ).fetchone()
    if days:
        console.print(f"Scored {days:,} days between {first} and {last}.")
    return days


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(stopped())
