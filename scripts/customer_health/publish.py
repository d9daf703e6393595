"""Writes the marts to files that readers open instead of the warehouse.

Each role of seeds/roles.csv gets files of its own, with what it may read. All files are
written beside their places, then renamed into them, the manifest last.
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from customer_health.dbt import DbtFailed
from customer_health.roles import (
    OWNED_ACCOUNTS,
    Grant,
    Role,
    file_of_owner,
    read_roles,
)
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


@dataclass
class Files:
    """The files of a run: those that stay, and those that are written anew."""

    published: Path
    before: dict[str, dict]
    """What the manifest said of each file before this run."""
    now: dict[str, dict] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    def keep(self, relative: str, state: str) -> bool:
        """Whether a file stays, because its state is what it was."""
        known = self.before.get(relative)
        stays = (
            known is not None
            and known["state"] == state
            and (self.published / relative).exists()
        )
        if stays:
            self.now[relative] = known
        return stays

    def add(
        self,
        relative: str,
        state: str,
        rows: dict[str, int],
        write: Callable[[Path], None],
        **said: str,
    ) -> None:
        """Writes a file beside its place, unless it stays; `said` is for the manifest.

        `write` gets the path to write to.
        """
        if self.keep(relative, state):
            return
        path = self.published / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _temporary(path)
        temporary.unlink(missing_ok=True)
        write(temporary)
        _sync(temporary)
        with temporary.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        self.now[relative] = {
            **said,
            "state": state,
            "rows": rows,
            "bytes": temporary.stat().st_size,
            "sha256": digest,
        }
        self.written.append(relative)

    def put_in_place(self) -> None:
        """Renames what was written; all of it is complete by now."""
        for relative in self.written:
            path = self.published / relative
            os.replace(_temporary(path), path)
            _sync(path.parent)

    def remove_others(self) -> None:
        """Removes what no role gets any more, even where no manifest knew of it."""
        gone = set(self.before) - set(self.now)
        for folder in ("roles", "restricted"):
            for path in (self.published / folder).rglob("*.duckdb"):
                relative = path.relative_to(self.published).as_posix()
                if relative not in self.now:
                    gone.add(relative)
        for relative in gone:
            path = self.published / relative
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()


@dataclass(frozen=True)
class Selection:
    """What of a mart goes into a file."""

    mart: Mart
    columns: list[str]
    condition: str
    of_owner: bool = False
    """Only the accounts of one owner."""

    @property
    def name(self) -> str:
        return self.mart.name

    @property
    def listed(self) -> str:
        return ", ".join(self.columns)


def publish(
    warehouse: Path, published: Path, dbt_manifest: Path, signal_days: int
) -> Published:
    """Publishes the marts of a warehouse; files whose content did not change stay.

    `signal_days` is how many of the latest days of signal scores a role gets whose
    signal_history is latest; Parquet holds all of them, a file per month.
    """
    published.mkdir(parents=True, exist_ok=True)
    manifest_path = published / "manifest.json"
    marts = {mart.name: mart for mart in read_marts(dbt_manifest)}
    connection = connect(warehouse, {mart.name: mart.types for mart in marts.values()})
    files = Files(published, _read_manifest(manifest_path))
    roles = read_roles(connection)
    for role in roles:  # open to all, whatever the files in them are
        (published / role.file).parent.mkdir(parents=True, exist_ok=True)
    for role in roles:
        with _private() if role.gets_personal_data else contextlib.nullcontext():
            _publish_role(connection, role, marts, signal_days, files)
    latest = connection.execute(
        "select max(snapshot_date), max_by(run_id, computed_at)"
        " from account_health_daily"
    ).fetchone()
    connection.close()

    # all files are complete: put them in their places, and say so last
    files.put_in_place()
    if files.written or set(files.now) != set(files.before):
        _write_manifest(
            manifest_path,
            {
                "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "as_of_date": str(latest[0]),
                "run_id": latest[1],
                "duckdb": duckdb.__version__,
                "files": dict(sorted(files.now.items())),
            },
        )
    files.remove_others()
    return Published(
        manifest_path,
        sorted(files.written),
        sorted(set(files.now) - set(files.written)),
    )


def _publish_role(
    connection: duckdb.DuckDBPyConnection,
    role: Role,
    marts: dict[str, Mart],
    signal_days: int,
    files: Files,
) -> None:
    for grant in role.grants:
        if grant.mart not in marts:
            raise DbtFailed(
                f"seeds/role_marts.csv gives {role.role} the mart {grant.mart}, which"
                " is not published: models/marts/_exposures.yml has those that are."
            )
    chosen = [(grant, marts[grant.mart]) for grant in role.grants]
    if role.parquet_folder:
        for grant, mart in chosen:
            _publish_parquet(connection, role, _selection(role, grant, mart), files)
    selections = [
        _selection(role, grant, mart, role.signal_days(signal_days))
        for grant, mart in chosen
    ]
    if role.has_file_per_owner:
        _publish_owners(connection, role, selections, files)
    else:
        _publish_duckdb(connection, role, selections, files)


def _selection(
    role: Role, grant: Grant, mart: Mart, signal_days: int | None = None
) -> Selection:
    """What a role gets of a mart; of signal scores the latest days, when given."""
    condition = role.condition(grant)
    if mart.name == "signal_scores_daily" and signal_days is not None:
        condition += (
            " and snapshot_date > (select max(snapshot_date) from account_health_daily)"
            f" - {signal_days}"
        )
    return Selection(
        mart,
        role.columns(grant, mart.columns, mart.personal_columns),
        condition,
        grant.own_accounts,
    )


def _publish_parquet(
    connection: duckdb.DuckDBPyConnection,
    role: Role,
    selection: Selection,
    files: Files,
) -> None:
    """One Parquet file, or one per month for a mart that keeps daily history."""
    mart, condition = selection.name, selection.condition
    form = _form(connection, selection)
    if selection.mart.keeps_history:
        months = connection.execute(
            f"""
            select
                strftime(snapshot_date, '%Y-%m') as month,
                count(*),
                md5(string_agg(distinct run_id, ',' order by run_id))
            from {mart} where {condition} group by month order by month
            """
        ).fetchall()
        parts = [
            (
                f"{role.parquet_folder}/{mart}/{month}.parquet",
                f"{rows} rows of {runs} as {form}",
                rows,
                f"{condition} and strftime(snapshot_date, '%Y-%m') = '{month}'",
            )
            for month, rows, runs in months
        ]
    else:
        rows, state = _content(connection, selection)
        parts = [
            (
                f"{role.parquet_folder}/{mart}.parquet",
                f"{state} as {form}",
                rows,
                condition,
            )
        ]
    for relative, state, rows, of_file in parts:
        files.add(
            relative,
            state,
            {mart: rows},
            lambda path, of_file=of_file: connection.execute(
                f"copy (select {selection.listed} from {mart} where {of_file}) "
                f"to {text(path)} (format parquet, compression zstd)"
            ),
            role=role.role,
        )


def _publish_duckdb(
    connection: duckdb.DuckDBPyConnection,
    role: Role,
    selections: list[Selection],
    files: Files,
) -> None:
    """The DuckDB file of a role that has one for all."""
    contents = {
        selection.name: _content(connection, selection) for selection in selections
    }
    forms = [_form_in_words(connection, selection) for selection in selections]

    def write(path: Path) -> None:
        with _output(connection, path) as output:
            for selection in selections:
                connection.execute(
                    f"create table {output}.main.{selection.name} as "
                    f"select {selection.listed} from {selection.name} "
                    f"where {selection.condition}"
                )
                _comment(connection, output, selection)

    files.add(
        role.file,
        _digest(sorted(contents.items()), forms, STORAGE_VERSION),
        {name: rows for name, (rows, _) in contents.items()},
        write,
        role=role.role,
    )


def _publish_owners(
    connection: duckdb.DuckDBPyConnection,
    role: Role,
    selections: list[Selection],
    files: Files,
) -> None:
    """A DuckDB file for each owner of accounts, with those accounts.

    The rows of all owners whose files change are brought into the order of owners
    first: each file then reads its own part, not everything.
    """
    owners = connection.execute(
        "select row_number() over (order by owner_id), owner_id "
        f"from (select distinct owner_id from ({OWNED_ACCOUNTS})) order by 1"
    ).fetchall()
    connection.execute(
        "create or replace temp table owned_accounts as select account_id, "
        "cast(dense_rank() over (order by owner_id) as int) as owner_number "
        f"from ({OWNED_ACCOUNTS})"
    )
    contents = {
        selection.name: _content_by_owner(connection, selection)
        for selection in selections
    }
    forms = [_form_in_words(connection, selection) for selection in selections]
    nothing = (0, "0 rows")

    changed = []
    for number, owner in owners:
        relative = file_of_owner(role.file, owner)
        content = {
            name: of.get(None if None in of else number, nothing)
            for name, of in contents.items()
        }
        state = _digest(owner, sorted(content.items()), forms, STORAGE_VERSION)
        if not files.keep(relative, state):
            changed.append((number, owner, relative, content, state))
    if not changed:
        return

    scratch = files.published / f".{role.role}.new"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    template = scratch / "template.duckdb"
    _sort_by_owner(
        connection, selections, [number for number, *_ in changed], scratch, template
    )

    def add(change: tuple) -> None:
        number, owner, relative, content, state = change

        def write(path: Path) -> None:
            shutil.copyfile(template, path)
            with connection.cursor() as cursor, _output(cursor, path) as output:
                for selection in selections:
                    mine = (
                        f"where owner_number = {number}" if selection.of_owner else ""
                    )
                    cursor.execute(
                        f"insert into {output}.main.{selection.name} "
                        f"select {selection.listed} "
                        f"from by_owner.main.{selection.name} {mine}"
                    )

        files.add(
            relative,
            state,
            {name: rows for name, (rows, _) in content.items()},
            write,
            role=role.role,
            owner_id=owner,
        )

    # small files wait for the disk more than they compute
    with ThreadPoolExecutor(4) as workers:
        for _ in workers.map(add, changed):
            pass
    connection.execute("detach by_owner")
    shutil.rmtree(scratch)


def _sort_by_owner(
    connection: duckdb.DuckDBPyConnection,
    selections: list[Selection],
    owner_numbers: list[int],
    scratch: Path,
    template: Path,
) -> None:
    """Makes by_owner, with the rows of some owners, one owner after the other; and the
    template of a file: its tables and their descriptions, without rows."""
    connection.execute(
        "delete from owned_accounts "
        f"where not list_contains({owner_numbers}, owner_number)"
    )
    connection.execute(f"attach {text(scratch / 'by_owner.duckdb')} as by_owner")
    for selection in selections:
        if selection.of_owner:
            connection.execute(
                f"create table by_owner.main.{selection.name} as "
                f"select owned_accounts.owner_number, {selection.listed} "
                f"from {selection.name} "
                "inner join owned_accounts using (account_id) "
                f"where {selection.condition} order by owner_number"
            )
        else:
            connection.execute(
                f"create table by_owner.main.{selection.name} as "
                f"select {selection.listed} from {selection.name} "
                f"where {selection.condition}"
            )
    with _output(connection, template) as output:
        for selection in selections:
            connection.execute(
                f"create table {output}.main.{selection.name} as "
                f"select {selection.listed} from by_owner.main.{selection.name} limit 0"
            )
            _comment(connection, output, selection)


@contextlib.contextmanager
def _output(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[str]:
    """The name of a database, which is a file to write to, in one transaction."""
    output = f"output_{_digest(str(path))[:16]}"
    connection.execute(
        f"attach {text(path)} as {output} (storage_version '{STORAGE_VERSION}')"
    )
    connection.execute("begin transaction")
    yield output
    connection.execute("commit")
    connection.execute(f"detach {output}")


@contextlib.contextmanager
def _private() -> Iterator[None]:
    """Files that are made meanwhile are for the user alone, from their first byte."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _comment(
    connection: duckdb.DuckDBPyConnection, output: str, selection: Selection
) -> None:
    """Describes a table and its columns, as BI tools show them."""
    mart = selection.mart
    connection.execute(
        f"comment on table {output}.main.{mart.name} is "
        f"{text(mart.description.strip())}"
    )
    for column in selection.columns:
        connection.execute(
            f"comment on column {output}.main.{mart.name}.{column} is "
            f"{text(mart.columns[column].strip())}"
        )


def _form_in_words(
    connection: duckdb.DuckDBPyConnection, selection: Selection
) -> tuple[str, ...]:
    """Differs when a column does, or what is said of it."""
    mart = selection.mart
    return (
        _form(connection, selection),
        selection.condition,
        mart.description,
        *(mart.columns[column] for column in selection.columns),
    )


def _form(connection: duckdb.DuckDBPyConnection, selection: Selection) -> str:
    """A text that differs when a column comes, goes, or changes its name or type."""
    return _digest(
        connection.execute(
            f"describe select {selection.listed} from {selection.name}"
        ).fetchall()
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _content(
    connection: duckdb.DuckDBPyConnection, selection: Selection
) -> tuple[int, str]:
    """Number of rows, and a text that differs when any of them does."""
    rows, state = connection.execute(
        f"select count(*), sum(hash({_told_apart_by(selection)})) "
        f"from {selection.name} where {selection.condition}"
    ).fetchone()
    return rows, f"{rows} rows of {state}"


def _content_by_owner(
    connection: duckdb.DuckDBPyConnection, selection: Selection
) -> dict[int | None, tuple[int, str]]:
    """The same by number of owner; None alone is what all of them get."""
    if not selection.of_owner:
        return {None: _content(connection, selection)}
    return {
        number: (rows, f"{rows} rows of {state}")
        for number, rows, state in connection.execute(
            "select owned_accounts.owner_number, count(*), "
            f"sum(hash({_told_apart_by(selection)})) "
            f"from {selection.name} inner join owned_accounts using (account_id) "
            f"where {selection.condition} group by owner_number"
        ).fetchall()
    }


def _told_apart_by(selection: Selection) -> str:
    """Columns that tell whether a row is as it was: of history, which a run writes by
    whole days, the account, the day and the run; else all."""
    mart = selection.mart
    if not mart.keeps_history:
        return selection.listed
    return ", ".join(
        name
        for name in ("account_id", "snapshot_date", "run_id")
        if name in mart.columns
    )


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
    for path in list(published.rglob(".*.new*")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
