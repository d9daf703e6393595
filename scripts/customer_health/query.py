"""The command scripts/query: a query on published marts, as a table."""

import argparse
import csv
import sys
from pathlib import Path

import duckdb
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from customer_health.dbt import PROJECT, given_path


def main() -> int:
    """Prints the rows; returns 1 with a hint when the query cannot be run."""
    arguments = parse_arguments()
    marts = arguments.file or arguments.published / "customer_health.duckdb"
    for file, hint in (
        (marts, "Run scripts/build first; docs/roles.md names the files."),
        (arguments.query, "The queries are in analyses/."),
    ):
        if not file.exists():
            print(f"There is no {file}. {hint}", file=sys.stderr)
            return 1
    try:
        columns, rows = run(
            marts, arguments.query, account=arguments.account, owner=arguments.owner
        )
    except duckdb.Error as problem:
        print(f"{arguments.query} cannot be run: {problem}", file=sys.stderr)
        return 1
    if arguments.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        show(columns, rows)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/query", description=__doc__)
    parser.add_argument("query", type=given_path, help="a file with one query in SQL")
    parser.add_argument(
        "--account",
        metavar="ID",
        help="account to look at, in queries that ask for getvariable('account')",
    )
    parser.add_argument(
        "--owner",
        metavar="ID",
        help="colleague whose accounts to look at, in queries that ask for"
        " getvariable('owner')",
    )
    parser.add_argument("--csv", action="store_true", help="print CSV, not a table")
    parser.add_argument(
        "--published",
        type=given_path,
        default=PROJECT / "published",
        help="folder that scripts/build published to",
    )
    parser.add_argument(
        "--file",
        type=given_path,
        help="file of a role to ask, such as published/roles/analyst.duckdb; default"
        " customer_health.duckdb in the published folder",
    )
    return parser.parse_args()


def run(
    marts: Path, query: Path, *, account: str | None = None, owner: str | None = None
) -> tuple[list[str], list[tuple]]:
    """Columns and rows of a query. Raises duckdb.Error."""
    with duckdb.connect(
        str(marts),
        read_only=True,
        config={"enable_external_access": False, "lock_configuration": True},
    ) as connection:
        connection.execute("set variable account = ?", [account])
        connection.execute("set variable owner = ?", [owner])
        found = connection.execute(query.read_text())
        return [column[0] for column in found.description], found.fetchall()


def show(columns: list[str], rows: list[tuple]) -> None:
    """Prints a table; where the terminal is too narrow for it, a line per value."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*["" if value is None else str(value) for value in row])
    console = Console()
    wide = Console(width=10_000)
    width = Measurement.get(wide, wide.options, table).maximum
    if not console.is_terminal or width <= console.width:
        Console(width=width).print(table)
    else:
        longest = max(len(column) for column in columns)
        for row in rows:
            console.rule(style="dim")
            for column, value in zip(columns, row, strict=True):
                shown = "" if value is None else value
                console.print(f"{column:>{longest}}  {shown}", highlight=False)
    print(f"{len(rows):,} rows")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stderr.close()
