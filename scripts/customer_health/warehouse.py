"""Reads a warehouse, whichever engine built it.

DuckDB's is a file. Spark's is a folder: <schema>.db/<table>/ with Parquet files, and
metastore/, Spark's list of tables.
"""

from pathlib import Path

import duckdb

# Columns and their types of marts, by name.
Contracts = dict[str, dict[str, str]]


def connect(
    warehouse: Path, contracts: Contracts | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection that reads a warehouse and cannot change it.

    Marts are found by their name, other tables as <schema>.<table>; `contracts` as in
    attach().
    """
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    attach(connection, warehouse, "warehouse", contracts)
    connection.execute("use warehouse.main")
    return connection


def attach(
    connection: duckdb.DuckDBPyConnection,
    warehouse: Path,
    database: str,
    contracts: Contracts | None = None,
) -> None:
    """Makes the tables of a warehouse readable as <database>.<schema>.<table>.

    Of a table without rows Spark may have no file to tell its columns: those of
    `contracts` are there all the same.
    """
    if not warehouse.is_dir():
        connection.execute(f"attach {text(warehouse)} as {database} (read_only)")
        return
    connection.execute(f"attach ':memory:' as {database}")
    for table in sorted(warehouse.glob("*.db/*")):
        # a folder per day, such as snapshot_date=2026-06-30, or all files in one
        files = "*=*/*.parquet" if any(table.glob("*=*")) else "*.parquet"
        if not any(table.glob(files)):
            continue  # a table without rows
        schema = f"{database}.{table.parent.stem}"
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            f"create view {schema}.{table.name} as from read_parquet("
            f"{text(table / files)}, hive_partitioning = true)"
        )
    for mart, columns in (contracts or {}).items():
        nothing = ", ".join(
            f"cast(null as {of}) as {name}" for name, of in columns.items()
        )
        connection.execute(
            f"create view if not exists {database}.main.{mart} as "
            f"select {nothing} where false"
        )


def text(value: object) -> str:
    """A text literal in SQL."""
    return "'" + str(value).replace("'", "''") + "'"
