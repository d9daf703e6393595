"""Raw tables crm.accounts and crm.account_changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .raw_files import Table, identifier, label, latest, moment, text, whole
from .world import (
    COUNTRIES,
    INDUSTRIES,
    SEGMENTS,
    SERVICE_TIERS,
    World,
    at_office_hours,
    days,
    only_where,
)

NAME_STARTS = (
    "Nor",
    "Vel",
    "Kest",
    "Bram",
    "Lum",
    "Tarn",
    "Oss",
    "Hald",
    "Miro",
    "Quen",
    "Syl",
    "Dor",
    "Fenn",
    "Galt",
    "Rusk",
    "Ister",
)
NAME_ENDS = (
    "vane",
    "tor",
    "mark",
    "wick",
    "ova",
    "dale",
    "ix",
    "holm",
    "aria",
    "berg",
    "onix",
    "stead",
    "ette",
    "under",
)
NAME_TRADES = {
    "manufacturing": ("Works", "Components", "Castings"),
    "software": ("Systems", "Labs", "Cloud"),
    "retail": ("Stores", "Outfitters", "Markets"),
    "financial_services": ("Capital", "Mutual", "Payments"),
    "healthcare": ("Clinics", "Care", "Diagnostics"),
    "logistics": ("Freight", "Logistics", "Forwarding"),
    "education": ("Academy", "Learning", "Campus"),
    "media": ("Media", "Press", "Studios"),
}
LEGAL_FORMS = {
    "US": "Inc.",
    "CA": "Ltd.",
    "GB": "Ltd",
    "DE": "GmbH",
    "FR": "SAS",
    "NL": "B.V.",
    "SE": "AB",
    "JP": "K.K.",
    "AU": "Pty Ltd",
    "BR": "Ltda.",
}
(
    OWNER_CHANGES_PER_YEAR,
    SEGMENT_CHANGES_PER_YEAR,
    TIER_CHANGES_PER_YEAR,
    PARENT_CHANGES_PER_YEAR,
) = (
    0.25,
    0.03,
    0.06,
    0.01,
)


@dataclass
class OwnerHistory:
    """Owners per account, first to last; since when each but the first (or NaT)."""

    owners: list[np.ndarray]
    since: list[np.ndarray]

    def at(self, account: np.ndarray, moments: np.ndarray) -> np.ndarray:
        owner = self.owners[0][account]
        for next_owner, since in zip(self.owners[1:], self.since, strict=True):
            owner = np.where(since[account] <= moments, next_owner[account], owner)
        return owner


def account_tables(world: World) -> tuple[list[Table], OwnerHistory]:
    """accounts hold current values; account_changes lead to them."""
    generator = world.settings.generator("account attributes")
    accounts, settings = world.accounts, world.settings
    count = len(accounts)
    everyone = np.arange(count)
    parent = _parents(world, generator)
    owners = int(accounts.owner.max()) + 1
    parents = np.flatnonzero(parent == -2)
    parent = np.maximum(parent, -1)

    def new_parent(account: np.ndarray, old: np.ndarray) -> np.ndarray:
        return np.where(
            old >= 0, -1, parents[generator.integers(0, len(parents), len(account))]
        )

    attributes = {
        "owner_id": (
            accounts.owner,
            OWNER_CHANGES_PER_YEAR,
            2,
            lambda _, old: (
                (old + 1 + generator.integers(0, owners - 1, len(old))) % owners
            ),
        ),
        "segment": (
            accounts.segment,
            SEGMENT_CHANGES_PER_YEAR,
            1,
            lambda _, old: np.where(old > 0, old - 1, 1),
        ),
        "service_tier": (
            accounts.service_tier,
            TIER_CHANGES_PER_YEAR,
            1,
            lambda _, old: np.where(old == 1, 0, 1),
        ),
    }
    if len(parents):
        attributes["parent_account_id"] = (
            parent,
            PARENT_CHANGES_PER_YEAR,
            1,
            new_parent,
        )
    current: dict[str, np.ndarray] = {"parent_account_id": parent}
    last_change = accounts.created_at.copy()
    owner_history = OwnerHistory([accounts.owner], [])
    changes: list[tuple[str, np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
    for field, (first_value, per_year, most, choose) in attributes.items():
        value = first_value.copy()
        changed_at = np.maximum(
            accounts.created_at, settings.start_date.astype("datetime64[s]")
        )
        for _ in range(most):
            waits = days(1 + generator.exponential(365 / per_year, count))
            changed_at = at_office_hours(changed_at + waits, generator)
            may_change = (changed_at <= settings.end) & ~np.isin(
                everyone, parents if field == "parent_account_id" else []
            )
            account = np.flatnonzero(may_change)
            new_value = choose(account, value[account])
            changes.append(
                (field, account, changed_at[account], value[account], new_value)
            )
            value[account] = new_value
            last_change[account] = np.maximum(last_change[account], changed_at[account])
            if field == "owner_id":
                owner_history.owners.append(value.copy())
                owner_history.since.append(only_where(may_change, changed_at))
            changed_at = np.where(may_change, changed_at, settings.end + 1)
        current[field] = value

    merged_at = np.where(
        np.isnat(accounts.merged_on),
        np.datetime64("NaT", "s"),
        accounts.merged_on.astype("datetime64[s]") + np.timedelta64(11, "h"),
    )
    names = text(_company_names(world, generator))
    table = Table(
        "crm",
        "accounts",
        {
            "account_id": identifier("acct", everyone),
            "account_name": names,
            "parent_account_id": identifier("acct", current["parent_account_id"]),
            "merged_into_account_id": identifier("acct", accounts.merged_into),
            "merged_at": moment(merged_at),
            "industry": label(INDUSTRIES, accounts.industry),
            "country": label(
                [row[0] for row in COUNTRIES], accounts.country, is_enum=False
            ),
            "region": label([row[1] for row in COUNTRIES], accounts.country),
            "segment": label(SEGMENTS, current["segment"]),
            "employee_count": whole(accounts.employees),
            "service_tier": label(SERVICE_TIERS, current["service_tier"]),
            "owner_id": identifier("emp", current["owner_id"], 4),
            "created_at": moment(accounts.created_at),
        },
        key="account_id",
        happened="created_at",
        changed=latest(last_change, merged_at),
        unknown_at_first=("merged_into_account_id", "merged_at"),
    )
    return [table, _account_changes(changes)], owner_history


def _parents(world: World, generator: np.random.Generator) -> np.ndarray:
    """Parent per account: -1 none, -2 is itself a parent. Never merged ones."""
    accounts = world.accounts
    count = len(accounts)
    parent = np.full(count, -1)
    free = accounts.merged_into < 0
    parents = np.flatnonzero(
        free & (accounts.segment == 0) & (generator.random(count) < 0.3)
    )
    if len(parents) == 0:
        return parent
    parent[parents] = -2
    children = np.flatnonzero(free & (parent == -1) & (generator.random(count) < 0.13))
    parent[children] = parents[generator.integers(0, len(parents), len(children))]
    return parent


def _account_changes(
    changes: list[tuple[str, np.ndarray, np.ndarray, np.ndarray, np.ndarray]],
) -> Table:
    words = {
        "owner_id": lambda code: f"emp_{code:04d}",
        "segment": lambda code: SEGMENTS[code],
        "service_tier": lambda code: SERVICE_TIERS[code],
        "parent_account_id": lambda code: f"acct_{code:06d}" if code >= 0 else "",
    }
    account = np.concatenate([change[1] for change in changes])
    changed_at = np.concatenate([change[2] for change in changes])
    field = np.concatenate(
        [np.full(len(change[1]), change[0], dtype=object) for change in changes]
    )
    old, new = (
        np.array(
            [words[change[0]](code) for change in changes for code in change[side]],
            dtype=object,
        )
        for side in (3, 4)
    )
    order = np.lexsort((account, changed_at))
    return Table(
        "crm",
        "account_changes",
        {
            "account_id": identifier("acct", account[order]),
            "changed_at": moment(changed_at[order]),
            "field": text(field[order]),
            "old_value": text(old[order]),
            "new_value": text(new[order]),
        },
        happened="changed_at",
    )


def _company_names(world: World, generator: np.random.Generator) -> list[str]:
    """Invented names that say the trade and the legal form of the country."""
    count = len(world.accounts)
    starts = generator.integers(0, len(NAME_STARTS), count)
    ends = generator.integers(0, len(NAME_ENDS), count)
    trades = generator.integers(0, 3, count)
    return [
        f"{NAME_STARTS[start]}{NAME_ENDS[end]} "
        f"{NAME_TRADES[INDUSTRIES[industry]][trade]} "
        f"{LEGAL_FORMS[COUNTRIES[country][0]]}"
        for start, end, trade, industry, country in zip(
            starts,
            ends,
            trades,
            world.accounts.industry,
            world.accounts.country,
            strict=True,
        )
    ]
