"""The command scripts/query: a query on the published marts, as a table."""

import argparse
import sys
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from customer_health.dbt import PROJECT


def main() -> int:
    """Prints the rows; returns 1 with a hint when the query cannot be run."""
    parser = argparse.ArgumentParser(prog="scripts/query", description=__doc__)
    parser.add_argument("file", type=Path, help="a file with one query in SQL")
    parser.add_argument(
        "--published",
        type=Path,
        default=PROJECT / "published",
        help="folder that scripts/build published to",
    )
    arguments = parser.parse_args()
    marts = arguments.published / "customer_health.duckdb"
    if not marts.exists():
        print(f"There is no {marts}. Run scripts/build first.", file=sys.stderr)
        return 1
    with duckdb.connect(
        str(marts),
        read_only=True,
        config={"enable_external_access": False, "lock_configuration": True},
    ) as connection:
        found = connection.execute(arguments.file.read_text())
        table = Table(*[column[0] for column in found.description])
        for row in found.fetchall():
            table.add_row(*["" if value is None else str(value) for value in row])
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
