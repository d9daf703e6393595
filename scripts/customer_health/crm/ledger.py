"""What each CRM has acknowledged, account by account, and every sync that was begun."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from customer_health.crm import CannotPush
from customer_health.crm.targets import Fields

TABLES = """
create table if not exists syncs (
    target text not null,
    sync integer not null,
    as_of_date date not null,
    started_at timestamp not null,
    ended_at timestamp,
    to_send integer not null,
    sent integer not null,
    succeeded integer not null,
    failed integer not null,
    primary key (target, sync)
);
create table if not exists acknowledged (
    target text not null,
    account_id text not null,
    is_scored boolean not null,
    fingerprint text,
    fields json not null,
    as_of_date date not null,
    sync integer not null,
    acknowledged_at timestamp not null,
    primary key (target, account_id)
);
create table if not exists failures (
    target text not null,
    sync integer not null,
    account_id text not null,
    field text,
    message text not null
);
"""


@dataclass(frozen=True)
class Acknowledged:
    """What the CRM has of an account."""

    is_scored: bool
    fields: Fields


class Ledger:
    """A DuckDB file. Each change of it is one transaction."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """With `read_only` nothing is written, and the file need not be there."""
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            if read_only and not path.exists():
                self._connection = duckdb.connect()
                self._connection.execute(TABLES)
            else:
                self._connection = duckdb.connect(str(path), read_only=read_only)
                if not read_only:
                    self._connection.execute(TABLES)
        except duckdb.IOException as problem:
            raise CannotPush(
                f"{path} cannot be opened: is another push running? ({problem})"
            ) from None

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def acknowledged(self, target: str) -> dict[str, Acknowledged]:
        """By account, what the CRM has."""
        found = self._connection.execute(
            "select account_id, is_scored, fields from acknowledged where target = ?",
            [target],
        ).fetchall()
        return {
            account: Acknowledged(is_scored, json.loads(fields))
            for account, is_scored, fields in found
        }

    def newest_date(self, target: str) -> date | None:
        """The newest day that anything was acknowledged of."""
        return self._connection.execute(
            "select max(as_of_date) from acknowledged where target = ?", [target]
        ).fetchall()[0][0]

    def unfinished(self, target: str) -> int:
        """How many syncs began and did not end."""
        return self._connection.execute(
            "select count(*) from syncs where target = ? and ended_at is null", [target]
        ).fetchall()[0][0]

    def begin(self, target: str, as_of: date, to_send: int) -> int:
        """The number of a new sync."""
        return self._connection.execute(
            """
            insert into syncs
            select ?, coalesce(max(sync), 0) + 1, ?, ?, null, ?, 0, 0, 0
            from syncs where target = ?
            returning sync
            """,
            [target, as_of, _now(), to_send, target],
        ).fetchall()[0][0]

    def record(
        self,
        target: str,
        sync: int,
        as_of: date,
        succeeded: Iterable[tuple[str, bool, str | None, Fields]],
        failed: Iterable[tuple[str, str | None, str]],
    ) -> None:
        """Keeps what the CRM answered to one request, all or nothing.

        Of those that succeeded account, whether it is scored, fingerprint of its row
        and fields; of those that failed account, field and message.
        """
        good, bad = list(succeeded), list(failed)
        run = self._connection
        run.begin()
        try:
            # columns as lists: row by row, 10,000 accounts would take half a minute
            if good:
                accounts, are_scored, fingerprints, fields = zip(*good, strict=True)
                run.execute(
                    """
                    insert or replace into acknowledged
                    select
                        ?, unnest(?::text[]), unnest(?::boolean[]),
                        unnest(?::text[]), unnest(?::json[]), ?, ?, ?
                    """,
                    [
                        target,
                        list(accounts),
                        list(are_scored),
                        list(fingerprints),
                        [json.dumps(one) for one in fields],
                        as_of,
                        sync,
                        _now(),
                    ],
                )
            if bad:
                columns = [list(column) for column in zip(*bad, strict=True)]
                run.execute(
                    """
                    insert into failures
                    select
                        ?, ?, unnest(?::text[]), unnest(?::text[]), unnest(?::text[])
                    """,
                    [target, sync, *columns],
                )
            run.execute(
                "update syncs set sent = sent + ?, succeeded = succeeded + ?,"
                " failed = failed + ? where target = ? and sync = ?",
                [len(good) + len(bad), len(good), len(bad), target, sync],
            )
            run.commit()
        except BaseException:
            run.rollback()
            raise

    def end(self, target: str, sync: int) -> None:
        """Says that a sync came to its end."""
        self._connection.execute(
            "update syncs set ended_at = ? where target = ? and sync = ?",
            [_now(), target, sync],
        )

    def forget(self, target: str, accounts: list[str]) -> int:
        """Drops accounts; those that are in scope are sent again as new."""
        return len(
            self._connection.execute(
                "delete from acknowledged where target = ?"
                " and list_contains(?, account_id) returning account_id",
                [target, accounts],
            ).fetchall()
        )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
