"""Writes the marts to files that readers open instead of the warehouse.

Two outputs: the files for BI, and `restricted/` for the marts with personal data. All
files are written beside their places, then renamed into them, the manifest last.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from customer_health.warehouse import connect, text

# Readable by DuckDB from 1.4 on, which is inside today's BI tools.
STORAGE_VERSION = "v1.4.0"


@dataclass(frozen=True)
class Mart:
    """A published mart, as the dbt manifest describes it."""

    name: str
    description: str
    columns: dict[str, str]
    """Name and description of every column."""
    types: dict[str, str]
    """Name and type of every column."""
    personal_columns: frozenset[str]
    keeps_history: bool


@dataclass(frozen=True)
class Published:
    """What publish() did."""

    manifest: Path
    written: list[str]
    unchanged: list[str]


def read_marts(dbt_manifest: Path) -> list[Mart]:
    """The marts that the exposure published_marts names."""
    manifest = json.loads(dbt_manifest.read_text())
    exposure = manifest["exposures"]["exposure.customer_health.published_marts"]
    marts = []
    for node_id in exposure["depends_on"]["nodes"]:
        node = manifest["nodes"][node_id]
        marts.append(
            Mart(
                name=node["name"],
                description=node["description"],
                columns={
                    column["name"]: column["description"]
                    for column in node["columns"].values()
                },
                types={
                    column["name"]: column["data_type"]
                    for column in node["columns"].values()
                },
                personal_columns=frozenset(
                    column["name"]
                    for column in node["columns"].values()
                    if column["config"]["meta"].get("contains_personal_data")
                ),
                keeps_history="snapshot_date" in node["columns"]
                and bool(node["config"]["meta"].get("keeps_history")),
            )
        )
    return sorted(marts, key=lambda mart: mart.name)


def publish(
    warehouse: Path, published: Path, dbt_manifest: Path, signal_days: int
) -> Published:
    """Publishes the marts of a warehouse; files whose content did not change stay.

    `signal_days` is how many of the latest days of signal scores the DuckDB file holds;
    Parquet holds all of them, a file per month.
    """
    published.mkdir(parents=True, exist_ok=True)
    manifest_path = published / "manifest.json"
    before = _read_manifest(manifest_path)
    marts = read_marts(dbt_manifest)
    connection = connect(warehouse, {mart.name: mart.types for mart in marts})

    files: dict[str, dict] = {}
    written: list[str] = []

    def add(relative: str, state: str, rows: dict[str, int], write) -> None:
        """Keeps a file whose state is known, else writes it."""
        known = before.get(relative)
        path = published / relative
        if known and known["state"] == state and path.exists():
            files[relative] = known
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _temporary(path)
        temporary.unlink(missing_ok=True)
        write(temporary)
        _sync(temporary)
        with temporary.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        files[relative] = {
            "state": state,
            "rows": rows,
            "bytes": temporary.stat().st_size,
            "sha256": digest,
        }
        written.append(relative)

    for mart in marts:
        _publish_parquet(connection, mart, add)
    _publish_duckdb(connection, marts, signal_days, add)

    latest = connection.execute(
        "select max(snapshot_date), max_by(run_id, computed_at)"
        " from account_health_daily"
    ).fetchone()
    connection.close()

    # all files are complete: put them in their places, and say so last
    for relative in written:
        path = published / relative
        os.replace(_temporary(path), path)
        _sync(path.parent)
    if written or set(files) != set(before):
        _write_manifest(
            manifest_path,
            {
                "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "as_of_date": str(latest[0]),
                "run_id": latest[1],
                "duckdb": duckdb.__version__,
                "files": files,
            },
        )
        for gone in set(before) - set(files):
            (published / gone).unlink(missing_ok=True)
    return Published(manifest_path, sorted(written), sorted(set(files) - set(written)))


def _publish_parquet(connection: duckdb.DuckDBPyConnection, mart: Mart, add) -> None:
    """One Parquet file, or one per month for a mart that keeps daily history."""
    columns = ", ".join(_public_columns(mart))
    form = _form(connection, mart.name, columns)
    if mart.keeps_history:
        months = connection.execute(
            f"""
            select
                strftime(snapshot_date, '%Y-%m') as month,
                count(*),
                md5(string_agg(distinct run_id, ',' order by run_id))
            from {mart.name} group by month order by month
            """
        ).fetchall()
        parts = [
            (
                f"parquet/{mart.name}/{month}.parquet",
                f"{rows} rows of {runs} as {form}",
                rows,
                f"strftime(snapshot_date, '%Y-%m') = '{month}'",
            )
            for month, rows, runs in months
        ]
    else:
        rows, state = _content(connection, mart.name, columns)
        parts = [(f"parquet/{mart.name}.parquet", f"{state} as {form}", rows, "true")]
    for relative, state, rows, condition in parts:
        add(
            relative,
            state,
            {mart.name: rows},
            lambda path, condition=condition: connection.execute(
                f"copy (select {columns} from {mart.name} where {condition}) "
                f"to {text(path)} (format parquet, compression zstd)"
            ),
        )


def _publish_duckdb(
    connection: duckdb.DuckDBPyConnection, marts: list[Mart], signal_days: int, add
) -> None:
    """The DuckDB file for BI, and the restricted one for marts with personal data."""
    newest = "(select max(snapshot_date) from account_health_daily)"
    conditions = {"signal_scores_daily": f"snapshot_date > {newest} - {signal_days}"}
    outputs = [
        ("customer_health.duckdb", marts, False),
        (
            "restricted/customer_health_restricted.duckdb",
            [mart for mart in marts if mart.personal_columns],
            True,
        ),
    ]
    for relative, output_marts, is_restricted in outputs:
        selections = [
            (
                mart,
                list(mart.columns) if is_restricted else _public_columns(mart),
                conditions.get(mart.name, "true"),
            )
            for mart in output_marts
        ]
        contents = {
            mart.name: _content(
                connection, f"{mart.name} where {condition}", ", ".join(columns)
            )
            for mart, columns, condition in selections
        }
        forms = [
            (
                _form(connection, mart.name, ", ".join(columns)),
                mart.description,
                [mart.columns[column] for column in columns],
            )
            for mart, columns, _ in selections
        ]

        def write(
            path: Path, selections=selections, is_restricted=is_restricted
        ) -> None:
            connection.execute(
                f"attach {text(path)} as output (storage_version '{STORAGE_VERSION}')"
            )
            for mart, columns, condition in selections:
                connection.execute(
                    f"create table output.main.{mart.name} as "
                    f"select {', '.join(columns)} from {mart.name} where {condition}"
                )
                connection.execute(
                    f"comment on table output.main.{mart.name} is "
                    f"{text(mart.description.strip())}"
                )
                for column in columns:
                    connection.execute(
                        f"comment on column output.main.{mart.name}.{column} is "
                        f"{text(mart.columns[column].strip())}"
                    )
            connection.execute("detach output")
            if is_restricted:
                path.chmod(0o600)

        add(
            relative,
            _digest(sorted(contents.items()), forms, STORAGE_VERSION),
            {name: rows for name, (rows, _) in contents.items()},
            write,
        )


def _public_columns(mart: Mart) -> list[str]:
    return [name for name in mart.columns if name not in mart.personal_columns]


def _form(connection: duckdb.DuckDBPyConnection, relation: str, columns: str) -> str:
    """A text that differs when a column comes, goes, or changes its name or type."""
    return _digest(
        connection.execute(f"describe select {columns} from {relation}").fetchall()
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _content(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: str
) -> tuple[int, str]:
    """Number of rows, and a text that differs when any of them does."""
    rows, state = connection.execute(
        f"select count(*), bit_xor(hash({columns})) from (select * from {relation})"
    ).fetchone()
    return rows, f"{rows} rows of {state}"


def _read_manifest(path: Path) -> dict[str, dict]:
    if not path.exists():
        return {}
    return json.loads(path.read_text())["files"]


def _write_manifest(path: Path, content: dict) -> None:
    temporary = _temporary(path)
    temporary.write_text(json.dumps(content, indent=2) + "\n")
    _sync(temporary)
    os.replace(temporary, path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _temporary(path: Path) -> Path:
    """Where a file is written before it takes its place."""
    return path.with_name(f".{path.name}.new")


def remove_leftovers(published: Path) -> None:
    """Removes half-written files of an interrupted run."""
    for path in published.rglob(".*.new"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
