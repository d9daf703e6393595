"""Reads a warehouse, whichever engine built it.

DuckDB's is a file. Spark's is a folder: <schema>.db/<table>/ with Parquet files, and
metastore/, Spark's list of tables.
"""

from pathlib import Path

import duckdb


def connect(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """A connection that reads a warehouse and cannot change it.

    Marts are found by their name, other tables as <schema>.<table>.
    """
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    attach(connection, warehouse, "warehouse")
    connection.execute("use warehouse.main")
    return connection


def attach(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, database: str
) -> None:
    """Makes the tables of a warehouse readable as <database>.<schema>.<table>."""
    if not warehouse.is_dir():
        connection.execute(f"attach {text(warehouse)} as {database} (read_only)")
        return
    connection.execute(f"attach ':memory:' as {database}")
    for table in sorted(warehouse.glob("*.db/*")):
        # a folder per day, such as snapshot_date=2026-06-30, or all files in one
        files = "*=*/*.parquet" if any(table.glob("*=*")) else "*.parquet"
        if not any(table.glob(files)):
            continue  # a seed without rows
        schema = f"{database}.{table.parent.stem}"
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            f"create view {schema}.{table.name} as from read_parquet("
            f"{text(table / files)}, hive_partitioning = true)"
        )


def text(value: object) -> str:
    """A text literal in SQL."""
    return "'" + str(value).replace("'", "''") + "'"
