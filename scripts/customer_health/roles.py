"""Who gets what of the published marts, by seeds/roles.csv and its neighbours.

DuckDB knows no users and no grants: what a role must not read is not in its file.
The seeds are read as the build has loaded and tested them.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from customer_health.dbt import DbtFailed

# Accounts that somebody is responsible for today, whose files they may be in.
OWNED_ACCOUNTS = (
    "select account_id, owner_id from account_health_current where owner_id is not null"
)


@dataclass(frozen=True)
class Grant:
    """What a role gets of a mart."""

    mart: str
    own_accounts: bool
    """Only the rows of one owner's accounts."""
    group_size: str | None
    """The column that says how many accounts stand behind a row."""
    left_out: frozenset[str]


@dataclass(frozen=True)
class Role:
    """A row of seeds/roles.csv, and the marts that it gets."""

    role: str
    file: str
    parquet_folder: str | None
    has_file_per_owner: bool
    gets_personal_data: bool
    signal_history: str
    smallest_group: int | None
    grants: tuple[Grant, ...]

    def columns(self, grant: Grant, columns: Mapping, personal: frozenset) -> list[str]:
        """The columns that the role gets, of all columns of a mart."""
        hidden = grant.left_out | (frozenset() if self.gets_personal_data else personal)
        return [name for name in columns if name not in hidden]

    def signal_days(self, published_signal_days: int) -> int | None:
        """Of how many of the latest days it gets signal scores; None is all of them."""
        if self.signal_history == "all":
            return None
        if self.signal_history == "latest":
            return published_signal_days
        return int(self.signal_history)

    def condition(self, grant: Grant) -> str:
        """The rows that the role gets, apart from whose they are, in SQL."""
        if grant.group_size and self.smallest_group:
            return f"{grant.group_size} >= {self.smallest_group}"
        return "true"


def read_roles(connection: duckdb.DuckDBPyConnection) -> list[Role]:
    """The roles as a warehouse has them; `connection` is one of warehouse.connect()."""
    try:
        roles = connection.execute(
            "select role, file, parquet_folder, rows, personal_data, signal_history,"
            " smallest_group from policy.roles order by role"
        ).fetchall()
        role_marts = connection.execute(
            "select role, mart, rows, group_size from policy.role_marts order by mart"
        ).fetchall()
        columns = connection.execute(
            "select role, mart, column_name from policy.role_columns_left_out"
        ).fetchall()
    except duckdb.CatalogException:
        raise DbtFailed(
            "The warehouse does not say who may read what: policy.roles,"
            " policy.role_marts and policy.role_columns_left_out must have rows."
            " Run scripts/build, or dbt seed."
        ) from None
    left_out = defaultdict(set)
    for role, mart, column in columns:
        left_out[role, mart].add(column)
    return [
        Role(
            role=role,
            file=file,
            parquet_folder=parquet_folder,
            has_file_per_owner=rows == "own_accounts",
            # whatever is not plainly allowed is not
            gets_personal_data=personal_data == "yes",
            signal_history=signal_history,
            smallest_group=smallest_group,
            grants=tuple(
                Grant(
                    mart=mart,
                    own_accounts=rows == "own_accounts" and rows_of_mart != "all",
                    group_size=group_size,
                    left_out=frozenset(left_out[role, mart]),
                )
                for grantee, mart, rows_of_mart, group_size in role_marts
                if grantee == role
            ),
        )
        for (
            role,
            file,
            parquet_folder,
            rows,
            personal_data,
            signal_history,
            smallest_group,
        ) in roles
    ]


def file_of_owner(file: str, owner_id: str) -> str:
    """The file of an owner: {owner_id} is filled with a name that is safe everywhere.

    An id of other signs than a-z, 0-9, - and _ gets a digest too, so that no two owners
    share a file, not even where capitals do not count.
    """
    name = owner_id
    if not re.fullmatch(r"[a-z0-9_-]{1,80}", owner_id):
        digest = hashlib.sha256(owner_id.encode()).hexdigest()[:12]
        name = f"{re.sub(r'[^A-Za-z0-9_-]+', '_', owner_id)[:60]}-{digest}"
    return file.replace("{owner_id}", name)
