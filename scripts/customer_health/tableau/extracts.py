"""Writes Tableau extracts, reads them back, and compares them with what is published.

DuckDB writes a mart to Parquet, Hyper copies that into a new extract. Another
connection copies the extract back to Parquet, and DuckDB compares all of its rows with
the mart's.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from tableauhyperapi import (
    Connection,
    CreateMode,
    HyperProcess,
    SqlType,
    TableDefinition,
    TableName,
    Telemetry,
    escape_string_literal,
)

from customer_health.warehouse import text

# where Tableau looks for the rows of an extract
TABLE = TableName("Extract", "Extract")
TYPES = {
    "BIGINT": SqlType.big_int(),
    "BOOLEAN": SqlType.bool(),
    "DATE": SqlType.date(),
    "DOUBLE": SqlType.double(),
    "INTEGER": SqlType.int(),
    "TIMESTAMP": SqlType.timestamp(),
    "VARCHAR": SqlType.text(),
}
SHOWN_ROWS = 3


class ExtractFailed(Exception):
    """An extract cannot be made, or is not what was published; the message says why."""


@dataclass(frozen=True)
class Extract:
    """A published mart as an extract: <name>.hyper."""

    name: str
    mart: str
    caption: str
    """Name of the data source in the workbook."""

    @property
    def file(self) -> str:
        return f"{self.name}.hyper"


EXTRACTS = (
    Extract("health_current", "account_health_current", "Accounts now"),
    Extract("health_daily", "account_health_daily", "Accounts by day"),
    Extract("signals", "signal_scores_daily", "Signals by day"),
)


@dataclass(frozen=True)
class Column:
    """A column of a published mart, as its DuckDB file describes it."""

    name: str
    type: str
    description: str


def columns_of(marts: duckdb.DuckDBPyConnection, mart: str) -> list[Column]:
    """The columns of a mart, in their order. Raises ExtractFailed when it has none."""
    found = marts.execute(
        "select column_name, data_type, comment from duckdb_columns() "
        "where table_name = ? order by column_index",
        [mart],
    ).fetchall()
    if not found:
        raise ExtractFailed(
            f"The published file has no {mart}: run scripts/build, which publishes it."
        )
    columns = [Column(name, type_, comment or "") for name, type_, comment in found]
    for column in columns:
        if column.type not in TYPES:
            raise ExtractFailed(
                f"{mart}.{column.name} is of type {column.type}, and nothing says which"
                " type of Hyper that is: add it to TYPES in"
                " scripts/customer_health/tableau/extracts.py."
            )
    return columns


@contextmanager
def hyper_process():
    """Hyper, which runs beside us, keeps no log and tells nobody that it was used."""
    with HyperProcess(
        Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}
    ) as hyper:
        yield hyper


def write(
    hyper: HyperProcess,
    marts: duckdb.DuckDBPyConnection,
    mart: str,
    file: Path,
) -> int:
    """Writes a mart to an extract, ordered as it is published; returns its rows."""
    parquet = file.with_suffix(".written.parquet")
    marts.execute(f"copy {mart} to {text(parquet)} (format parquet)")
    with Connection(hyper.endpoint, file, CreateMode.CREATE_AND_REPLACE) as extract:
        extract.catalog.create_schema(TABLE.schema_name)
        extract.catalog.create_table(definition(columns_of(marts, mart)))
        rows = extract.execute_command(
            f"copy {TABLE} from {escape_string_literal(str(parquet))}"
            " with (format parquet)"
        )
    parquet.unlink()
    return rows


def definition(columns: list[Column]) -> TableDefinition:
    """The table of an extract. Every column may be null, as in the published file."""
    return TableDefinition(
        TABLE,
        [TableDefinition.Column(column.name, TYPES[column.type]) for column in columns],
    )


def compare(
    hyper: HyperProcess,
    marts: duckdb.DuckDBPyConnection,
    mart: str,
    file: Path,
) -> None:
    """Raises ExtractFailed when an extract is not what its mart is.

    Names, order and types of the columns, the number of rows, and the sum of a hash of
    every whole row, nulls included: the order of the rows alone may differ.
    """
    columns = columns_of(marts, mart)
    parquet = file.with_suffix(".read.parquet")
    with Connection(hyper.endpoint, file, CreateMode.NONE) as extract:
        found = extract.catalog.get_table_definition(TABLE).columns
        extract.execute_command(
            f"copy (select * from {TABLE}) to {escape_string_literal(str(parquet))}"
            " with (format parquet)"
        )
    expected = [(column.name, TYPES[column.type]) for column in columns]
    names = [(column.name.unescaped, column.type) for column in found]
    if names != expected:
        raise ExtractFailed(
            f"{file.name} has other columns than {mart}: {names}, not {expected}"
        )
    read = f"read_parquet({text(parquet)})"
    named = ", ".join(column.name for column in columns)
    if _content(marts, mart, named) != _content(marts, read, named):
        raise ExtractFailed(
            f"{file.name} differs from {mart}, of which it was written:"
            + _differences(marts, mart, read)
        )
    parquet.unlink()


def _content(
    marts: duckdb.DuckDBPyConnection, relation: str, columns: str
) -> tuple[int, int]:
    """Number of rows, and a number that differs when any of them does."""
    return marts.execute(
        f"select count(*), sum(hash({columns})) from {relation}"
    ).fetchone()


def _differences(marts: duckdb.DuckDBPyConnection, mart: str, read: str) -> str:
    """The first rows that only one of the two has."""
    lines = []
    for title, one, other in (
        ("published, not in the extract", mart, read),
        ("in the extract, not published", read, mart),
    ):
        rows = marts.execute(
            f"select * from (from {one} except all from {other}) limit {SHOWN_ROWS}"
        ).fetchall()
        lines += [f"\n  {title}: {row}" for row in rows]
    return "".join(lines)
