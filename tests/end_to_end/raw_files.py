"""The raw files as tables that a test changes with SQL, and the contract they keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import yaml
from laboratory import PROJECT


def raw_files(raw: Path) -> dict[str, Path]:
    """The file of each raw table, such as crm.cases."""
    return {
        f"{path.parent.name}.{path.stem}": path
        for path in sorted(raw.glob("[a-z]*/*"))
        if path.suffix in (".csv", ".parquet")
    }


def reader(path: Path) -> str:
    """A raw file as a relation: CSV as text, Parquet with its types."""
    if path.suffix == ".csv":
        return f"read_csv('{path}', header = true, all_varchar = true, delim = ',')"
    return f"read_parquet('{path}')"


def number_of_rows(path: Path) -> int:
    """Counted in the file itself."""
    with duckdb.connect() as connection:
        query = f"select count(*) from {reader(path)}"
        return connection.execute(query).fetchone()[0]


@contextmanager
def changed(raw: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every raw file as a table <source>.<table>, written back at the end."""
    files = raw_files(raw)
    with duckdb.connect() as connection:
        for table, path in files.items():
            connection.execute(f"create schema if not exists {table.split('.')[0]}")
            connection.execute(f"create table {table} as from {reader(path)}")
        yield connection
        for table, path in files.items():
            style = "format csv, header" if path.suffix == ".csv" else "format parquet"
            connection.execute(f"copy {table} to '{path}' ({style})")


def insert(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    """Adds a row; columns that are not named are null."""
    marks = ", ".join("?" * len(values))
    connection.execute(
        f"insert into {table} ({', '.join(values)}) values ({marks})",
        [*values.values()],
    )


def columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"describe {table}").fetchall()]


def contract() -> dict[str, dict]:
    """The tables of models/staging/*/_*__sources.yml, such as crm.cases."""
    return {
        f"{source['name']}.{table['name']}": table
        for path in sorted(PROJECT.glob("models/staging/*/_*__sources.yml"))
        for source in yaml.safe_load(path.read_text())["sources"]
        for table in source["tables"]
    }


def is_planned(column: dict) -> bool:
    """Whether a date may lie in the future, since it is what was agreed or expected."""
    return bool(column.get("config", {}).get("meta", {}).get("planned"))


def dates(table: dict) -> list[dict]:
    """The columns that hold dates or times, other than when the row was written."""
    return [
        column
        for column in table["columns"]
        if column["data_type"] in ("date", "timestamp")
        and column["name"] not in ("updated_at", "_loaded_at")
    ]
