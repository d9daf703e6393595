"""Which accounts are to be sent: new, changed, or in scope no longer."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from customer_health.crm import CannotPush
from customer_health.crm.ledger import Acknowledged
from customer_health.crm.targets import DATE_COLUMN, Fields, Target

NEW, CHANGED, GONE = "new", "changed", "gone"


@dataclass(frozen=True)
class Change:
    """An account that is to be sent."""

    account_id: str
    kind: str
    fields: Fields
    before: Fields | None
    """What the CRM has acknowledged last."""
    fingerprint: str | None
    """Of its row of the mart; None when it has none any more."""


@dataclass(frozen=True)
class Plan:
    """What is to be sent, and how many accounts stay as they are."""

    as_of: date
    changes: list[Change]
    unchanged: int

    def number_of(self, kind: str) -> int:
        return sum(change.kind == kind for change in self.changes)


@dataclass(frozen=True)
class Health:
    """What was published for the CRM."""

    as_of: date
    accounts: dict[str, dict[str, object]]
    """Values by column, by account."""


def read_health(published: Path, target: Target) -> Health:
    """The mart crm_account_health in the published file."""
    file = published / "customer_health.duckdb"
    if not file.exists():
        raise CannotPush(f"There is no {file}. Run scripts/build first.")
    for column in target.columns:
        if not re.fullmatch("[a-z][a-z0-9_]*", column):
            raise CannotPush(f"{column} in seeds/crm_fields.csv is no column.")
    columns = ["account_id", "fingerprint", DATE_COLUMN, *target.columns]
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            rows = connection.execute(
                f"select {', '.join(columns)} from crm_account_health"
                " order by account_id"
            ).fetchall()
            as_of = connection.execute(
                "select max(snapshot_date) from crm_account_health"
            ).fetchall()[0][0]
    except duckdb.Error as problem:
        raise CannotPush(
            f"{file} has not what seeds/crm_fields.csv asks for: {problem}\n"
            "Mend the seed, or run scripts/build."
        ) from None
    if as_of is None:
        raise CannotPush(
            f"crm_account_health in {file} has no account. Nothing is sent: it would"
            " tell the CRM that nobody is scored any more."
        )
    return Health(as_of, {row[0]: dict(zip(columns, row, strict=True)) for row in rows})


def plan(
    target: Target,
    health: Health,
    acknowledged: dict[str, Acknowledged],
    *,
    everything: bool = False,
) -> Plan:
    """Compares what would be sent with what the CRM has; `everything` sends all."""
    changes = []
    for account, values in health.accounts.items():
        fields = target.row(values)
        known = acknowledged.get(account)
        before = known.fields if known else None
        is_same = before is not None and (
            target.without_date(before) == target.without_date(fields)
        )
        if not is_same or everything:
            changes.append(
                Change(
                    account,
                    CHANGED if known else NEW,
                    fields,
                    before,
                    str(values["fingerprint"]),
                )
            )
    unchanged = len(health.accounts) - len(changes)
    for account, known in sorted(acknowledged.items()):
        if account not in health.accounts and known.is_scored:
            changes.append(
                Change(
                    account, GONE, target.not_scored(health.as_of), known.fields, None
                )
            )
    return Plan(health.as_of, changes, unchanged)


def withdrawal(
    target: Target, as_of: date, acknowledged: dict[str, Acknowledged]
) -> Plan:
    """Clears every field of every account that has one."""
    cleared: Fields = {field.name: None for field in target.fields}
    changes = [
        Change(account, GONE, cleared, known.fields, None)
        for account, known in sorted(acknowledged.items())
        if known.fields != cleared
    ]
    return Plan(as_of, changes, len(acknowledged) - len(changes))
