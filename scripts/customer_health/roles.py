"""Who gets what of the published marts, by seeds/roles.csv and its neighbours.

DuckDB knows no users and no grants: what a role must not read is not in its file.
The seeds are read as the build has loaded and tested them.
"""

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
    gets_all_signal_days: bool
    smallest_group: int | None
    grants: tuple[Grant, ...]

    def columns(self, grant: Grant, columns: Mapping, personal: frozenset) -> list[str]:
        """The columns that the role gets, of all columns of a mart."""
        hidden = grant.left_out | (frozenset() if self.gets_personal_data else personal)
        return [name for name in columns if name not in hidden]

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
            gets_all_signal_days=signal_history == "all",
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


def roles_page(project: Path) -> str:
    """docs/roles.md: who gets which file, what is in it, and how it is opened."""
    seeds = project / "seeds"
    roles = _rows(seeds / "roles.csv")
    role_marts = _rows(seeds / "role_marts.csv")
    left_out = _rows(seeds / "role_columns_left_out.csv")
    lines = [
        "# Who gets which file",
        "",
        "Written from `seeds/roles.csv`, `seeds/role_marts.csv` and"
        " `seeds/role_columns_left_out.csv`: edit those.",
        "",
        "A file of DuckDB knows no users. What a role must not read is not in its file,"
        " so give each the file of their role and no other; the folder `published/` as"
        " a whole is the analyst's. Files with people in them can be read only by the"
        " user who ran the build.",
        "",
        "| role | file in `published/` | what it is | people | days of signals |",
        "| --- | --- | --- | --- | --- |",
    ]
    for role in roles:
        file = f"`{role['file']}`"
        if role["parquet_folder"]:
            file += f", `{role['parquet_folder']}/` (all days)"
        days = {
            "all": "all",
            "latest": "the latest `published_signal_days`",
        }[role["signal_history"]]
        lines.append(
            f"| {role['label']} | {file} | {role['description']}"
            f" | {role['personal_data']} | {days} |"
        )
    lines += ["", "## What is in it", ""]
    everything = {row["mart"] for row in role_marts}
    for role in roles:
        gets = [row for row in role_marts if row["role"] == role["role"]]
        lines += [f"### {role['label']}", ""]
        if {row["mart"] for row in gets} == everything:
            lines += ["All published marts.", ""]
            continue
        smallest = role["smallest_group"]
        lines += ["| mart | why |", "| --- | --- |"]
        for row in gets:
            why = row["reason"]
            if row["group_size"] and smallest:
                why += f" No row with fewer than {smallest} `{row['group_size']}`."
            lines.append(f"| `{row['mart']}` | {why} |")
        lines.append("")
        without = [row for row in left_out if row["role"] == role["role"]]
        if without:
            lines += ["Left out:", "", "| column | why |", "| --- | --- |"]
            lines += [
                f"| `{row['mart']}.{row['column_name']}` | {row['reason']} |"
                for row in without
            ]
            lines.append("")
    lines += [
        "Columns that are marked `contains_personal_data` in the models' YAML are in no"
        " file of a role without people.",
        "",
        "## How to open one",
        "",
        "```",
        "scripts/query analyses/csm_whom_do_i_know.sql"
        " --file published/roles/csm/emp_0001.duckdb",
        "```",
        "",
        "From Python, so that a query can neither write, nor read other files, nor"
        " undo that:",
        "",
        "```",
        "duckdb.connect(",
        '    "published/roles/executive.duckdb",',
        "    read_only=True,",
        '    config={"enable_external_access": False, "lock_configuration": True},',
        ")",
        "```",
    ]
    return "\n".join(lines) + "\n"


def _rows(seed: Path) -> list[dict[str, str]]:
    with seed.open(newline="") as lines:
        return list(csv.DictReader(lines))
