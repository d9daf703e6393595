"""Runs map.sql over the RavenStack files and writes the raw tables that it makes.

Usage: map.py SOURCE_DIR RAW_DIR

Exits with 1, and leaves RAW_DIR as it was, when a file is missing or the counts of
files and raw tables do not add up.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parent
FILES = (
    "accounts",
    "churn_events",
    "feature_usage",
    "subscriptions",
    "support_tickets",
)
RAW_SCHEMAS = ("crm", "billing", "survey", "usage")


def map_files(source: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that holds the source, the raw tables and the checks."""
    missing = [
        f"ravenstack_{name}.csv"
        for name in FILES
        if not (source / f"ravenstack_{name}.csv").is_file()
    ]
    if missing:
        raise SystemExit(f"{source} has no {', '.join(missing)}.")

    connection = duckdb.connect()
    connection.execute("set variable source_folder = $folder", {"folder": str(source)})
    for script in ("map.sql", "checks.sql"):
        try:
            connection.execute((FOLDER / script).read_text(encoding="utf-8"))
        except duckdb.Error as error:
            raise SystemExit(
                f"{script} does not fit the files in {source}:\n{error}"
            ) from error
    return connection


def print_view(connection: duckdb.DuckDBPyConnection, view: str, title: str) -> None:
    result = connection.execute(f"from {view}")
    table = Table(title=title, title_justify="left")
    names = [column[0] for column in result.description]
    rows = result.fetchall()
    for position, name in enumerate(names):
        is_number = bool(rows) and isinstance(rows[0][position], int)
        table.add_column(
            name.replace("_", " "),
            justify="right" if is_number else "left",
            no_wrap=is_number,
        )
    for row in rows:
        table.add_row(*(f"{x:,}" if isinstance(x, int) else x for x in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(width=130)
    console.print(table)


def write_raw(connection: duckdb.DuckDBPyConnection, raw: Path) -> None:
    """Writes beside `raw` first, then swaps, so that a failure leaves the old files."""
    new = raw.with_name(raw.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where list_contains($schemas, schema_name) order by all",
        {"schemas": list(RAW_SCHEMAS)},
    ).fetchall()
    for schema, table in tables:
        (new / schema).mkdir(parents=True, exist_ok=True)
        path = str(new / schema / f"{table}.csv").replace("'", "''")
        connection.execute(
            f"copy (from {schema}.{table} order by all)"
            f" to '{path}' (format csv, header)"
        )
    if raw.exists():
        shutil.rmtree(raw)
    new.rename(raw)


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    source, raw = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    connection = map_files(source)
    print_view(connection, "reconciliation", "From files to raw tables, in rows")
    print_view(connection, "oddities", "Oddities of the files, and where they end")

    unexplained = connection.execute(
        "select raw_table from reconciliation where unexplained <> 0"
    ).fetchall()
    if unexplained:
        names = ", ".join(name for (name,) in unexplained)
        raise SystemExit(f"Rows without an explanation: {names}. Nothing was written.")
    write_raw(connection, raw)
    print(f"Raw tables written below {raw}")


if __name__ == "__main__":
    main()
