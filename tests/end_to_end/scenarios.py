"""What the tests look at: every scenario is made once, and read by several tests.

conftest.py makes a fixture of the same name of each function here.
"""

import csv
import json
import random
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import yaml
from customer_health.publish import publish
from laboratory import (
    AS_OF,
    CLOSED_DAYS,
    DAYS,
    MODELS_ONLY,
    WITH_DATA_TESTS,
    Laboratory,
    Run,
)
from raw_files import changed, columns, contract, dates, insert, is_planned

LATE_DATA_DAYS = 3


@dataclass(frozen=True)
class Built:
    """A warehouse, and the run of dbt that wrote it last."""

    warehouse: Path
    run: Run
    raw: Path


# History


def plain_build(laboratory: Laboratory) -> Built:
    """The plain `dbt build`, with all unit and data tests, whether or not it passes."""
    warehouse = laboratory.warehouse("plain_build")
    project = laboratory.copy_project("project_plain_build")
    run = laboratory.dbt("build", warehouse=warehouse, project=project)
    return Built(warehouse, run, laboratory.raw)


def base(laboratory: Laboratory) -> Built:
    """All six days at once, on the demo data."""
    warehouse = laboratory.warehouse("base")
    run = laboratory.build(warehouse=warehouse)
    return Built(warehouse, run, laboratory.raw)


def plant(raw: Path) -> None:
    """Adds to the demo data what the tests look for, and chance may not bring."""
    with changed(raw) as tables:
        # cases of the third day that arrive three days later, just in time
        tables.execute(
            f"""
            insert into crm.cases
                (case_id, account_id, case_type, priority, opened_at, _loaded_at)
            select
                'planted_' || account_id, account_id, 'defect', 'urgent',
                '{DAYS[2]} 10:00:00', '{DAYS[2] + timedelta(days=3)} 10:00:00'
            from crm.accounts where regexp_full_match(account_id, 'acct_[0-9]+3')
            """
        )
        # urgent cases that are open for weeks, which caps scores
        tables.execute(
            f"""
            insert into crm.cases
                (case_id, account_id, case_type, priority, opened_at, _loaded_at)
            select
                'planted_long_ago_' || account_id, account_id, 'defect', 'urgent',
                '{DAYS[0] - timedelta(days=20)} 10:00:00',
                '{DAYS[0] - timedelta(days=20)} 11:00:00'
            from crm.accounts where regexp_full_match(account_id, 'acct_[0-9]+7')
            """
        )
        # a new price and an old subscription that arrive five days later: too late for
        # some of the days
        late = f"{DAYS[1] + timedelta(days=5)} 10:00:00"
        for changes in (
            {
                "valid_from": f"'{DAYS[1]}'",
                "mrr": "cast(2 * cast(mrr as double) as varchar)",
            },
            {
                "subscription_id": "'planted_' || subscription_id",
                "valid_from": "'2019-01-01'",
                "valid_to": "'2020-01-01'",
                "term_start": "'2019-01-01'",
                "term_end": "'2020-01-01'",
            },
        ):
            replaced = ", ".join(
                f"{expression} as {column}"
                for column, expression in {**changes, "_loaded_at": f"'{late}'"}.items()
            )
            tables.execute(
                f"""
                insert into billing.subscriptions
                select * replace ({replaced}) from billing.subscriptions
                where valid_to is null and ended_at is null
                    and valid_from < '{DAYS[0]}'
                    and regexp_full_match(account_id, 'acct_[0-9]+5')
                """
            )
        # accounts that another scorecard scores from the fourth day on
        tables.execute(
            f"""
            insert into crm.account_changes
                (account_id, changed_at, field, old_value, new_value, _loaded_at)
            select distinct
                account_id, '{DAYS[3]} 10:00:00', 'segment',
                case segment when 'small_business' then 'enterprise'
                    else 'small_business' end,
                segment, '{DAYS[3]} 11:00:00'
            from crm.accounts
            where regexp_full_match(account_id, 'acct_[0-9]+1')
                and account_id not in (
                    select account_id from crm.account_changes
                    where lower(trim(field)) = 'segment'
                )
            """
        )
        # an eventful future: half of what has not ended by the last scored day ends
        # soon after it: cases are resolved, people leave, contracts end
        for name, table in contract().items():
            event_date = table["config"]["meta"].get("event_date")
            for column in dates(table):
                key = table["config"]["meta"]["key"][0]
                if (
                    column["name"] in columns(tables, name)
                    and column["name"] not in (event_date, "merged_at", "released_at")
                    and not is_planned(column)
                ):
                    tables.execute(
                        f"""
                        update {name} set {column["name"]} = strftime(
                            timestamp '{AS_OF} 15:00:00'
                            + to_days(cast(8 + hash({key}) % 10 as int)),
                            '%Y-%m-%d %H:%M:%S'
                        )
                        where {column["name"]} is null
                            and hash({key}, '{column["name"]}') % 2 = 0
                            and try_cast({event_date} as date) <= '{AS_OF}'
                        """
                    )
        tables.execute(
            "update crm.opportunities set is_won = 'true' "
            f"where is_won is null and try_cast(closed_at as date) > '{AS_OF}'"
        )


def nightly(laboratory: Laboratory) -> Built:
    """A run per night on the files as they were then; the fifth night is skipped."""
    warehouse = laboratory.warehouse("nightly")
    for day in [*DAYS[:4], DAYS[5]]:
        raw = laboratory.copy_raw(f"raw_of_{day}")
        # a night's run reads what has arrived until the next morning; no run follows
        # the last, so it reads what is late
        next_day = day + timedelta(days=1)
        keep_what_was_known(raw, day, next_day if day < AS_OF else None)
        run = laboratory.build(warehouse=warehouse, raw=raw, as_of_date=day)
    return Built(warehouse, run, raw)


def gap(laboratory: Laboratory) -> Built:
    """The base, of which somebody lost the second day, built again."""
    warehouse = laboratory.copy_warehouse(laboratory.result(base).warehouse, "gap")
    with duckdb.connect(str(warehouse)) as connection:
        for table in (
            "account_health_daily",
            "dimension_scores_daily",
            "signal_scores_daily",
            "history_ledger",
        ):
            connection.execute(
                f"delete from {table} where snapshot_date = '{CLOSED_DAYS[1]}'"
            )
    run = laboratory.build(warehouse=warehouse)
    return Built(warehouse, run, laboratory.raw)


def full_refresh(laboratory: Laboratory) -> Built:
    """The base built again with --full-refresh, and history_start after its first days.

    What would be erased would not come back.
    """
    warehouse = laboratory.copy_warehouse(
        laboratory.result(base).warehouse, "full_refresh"
    )
    run = laboratory.build(
        *MODELS_ONLY, "--full-refresh", warehouse=warehouse, history_start=DAYS[4]
    )
    return Built(warehouse, run, laboratory.raw)


@dataclass(frozen=True)
class Late(Built):
    """The base with late records, and the accounts that have them."""

    used: str
    """Has 40 events more on the fifth day, which is open, and on the first."""
    urgent: str
    """Has a new urgent case on the fifth day."""
    urgent_long_ago: str
    """Has a new urgent case on the first day, which is closed."""
    mended: int
    """Events of the sixth day that could not be used in the base, and are gone."""


def late(laboratory: Laboratory) -> Late:
    """The base built again, after records of open and of closed days have arrived."""
    built = laboratory.result(base)
    warehouse = laboratory.copy_warehouse(built.warehouse, "late")
    raw = laboratory.copy_raw("raw_late")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        accounts = [
            row[0]
            for row in connection.execute(
                "select account_id from account_health_daily "
                "where scorecard = 'default' and segment <> 'small_business' "
                "group by 1 having count(*) = 6 order by 1 limit 3"
            ).fetchall()
        ]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        unusable = [
            key
            for (key,) in connection.execute(
                "select record_key from rejected_records where source = 'usage' "
                f"and table_name = 'events' and record_date = '{DAYS[5]}'"
            ).fetchall()
        ]
    with changed(raw) as tables:
        # somebody mended the export of the sixth day
        keys = ", ".join(f"'{key}'" for key in unusable)
        tables.execute(
            f"delete from usage.events where event_id is null or event_id in ({keys})"
        )
        for day in (DAYS[0], DAYS[4]):
            tables.execute(
                f"""
                insert into usage.events
                    (event_id, account_id, user_id, feature, occurred_at, quantity)
                select
                    'late_{day}_' || number, '{accounts[0]}', 'late_user_' || number,
                    'dashboard', timestamp '{day} 12:00:00', 1
                from range(40) as numbers(number)
                """
            )
        for day, account in ((DAYS[4], accounts[1]), (DAYS[0], accounts[2])):
            insert(
                tables,
                "crm.cases",
                case_id=f"late_{day}",
                account_id=account,
                case_type="defect",
                priority="urgent",
                opened_at=f"{day} 09:00:00",
            )
    run = laboratory.build(*WITH_DATA_TESTS, warehouse=warehouse, raw=raw)
    return Late(warehouse, run, raw, *accounts, len(unusable))


RESTATE_REASON = "support forgot to export its cases: O'Hara's ticket"


@dataclass(frozen=True)
class Restated(Built):
    refused: Run
    """The same without a reason."""


def restated(laboratory: Laboratory) -> Restated:
    """The late records, and the first two days restated: they are closed."""
    built = laboratory.result(late)
    warehouse = laboratory.copy_warehouse(built.warehouse, "restated")
    asked = {"restate_from": CLOSED_DAYS[0], "restate_to": CLOSED_DAYS[1]}
    refused = laboratory.dbt(*MODELS_ONLY, warehouse=warehouse, raw=built.raw, **asked)
    run = laboratory.build(
        *WITH_DATA_TESTS,
        warehouse=warehouse,
        raw=built.raw,
        restate_reason=RESTATE_REASON,
        **asked,
    )
    return Restated(warehouse, run, built.raw, refused)


CARRY_REASON = "a case was forgotten"


@dataclass(frozen=True)
class Carried(Built):
    capped: str
    """Has an urgent case since before history, which arrived after it was closed."""


def carried(laboratory: Laboratory) -> Carried:
    """The base with its first day restated: a cap moves an account's first band."""
    built = laboratory.result(base)
    warehouse = laboratory.copy_warehouse(built.warehouse, "carried")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (capped,) = connection.execute(
            "select account_id from account_health_daily "
            "group by 1 having count(*) = 6 and count(cap) = 0 "
            "and min(health_score) >= 45 order by 1 limit 1"
        ).fetchone()
    raw = laboratory.copy_raw("raw_carried")
    with changed(raw) as tables:
        insert(
            tables,
            "crm.cases",
            case_id="forgotten",
            account_id=capped,
            case_type="defect",
            priority="urgent",
            opened_at=f"{DAYS[0] - timedelta(days=20)} 09:00:00",
            _loaded_at=f"{AS_OF} 09:00:00",
        )
    run = laboratory.build(
        *WITH_DATA_TESTS,
        warehouse=warehouse,
        raw=raw,
        restate_from=DAYS[0],
        restate_to=DAYS[0],
        restate_reason=CARRY_REASON,
    )
    return Carried(warehouse, run, raw, capped)


@dataclass(frozen=True)
class Interrupted(Built):
    killed: list[str]
    """What the killed runs were doing."""


def interrupted(laboratory: Laboratory) -> Interrupted:
    """The base, but two runs were killed: while history was written, and at random."""
    warehouse = laboratory.warehouse("interrupted")
    chosen_node = random.randint(20, 100)
    killed = []

    def while_history_is_written(event: dict) -> bool:
        return (
            event["info"]["name"] == "LogStartLine"
            and event["data"]["node_info"]["node_name"] == "history_ledger"
        )

    def at_random(event: dict) -> bool:
        return (
            event["info"]["name"] == "LogStartLine"
            and event["data"]["index"] == chosen_node
        )

    for moment in (while_history_is_written, at_random):
        run = laboratory.dbt(*MODELS_ONLY, warehouse=warehouse, kill_at=moment)
        assert run.code == -9, f"not killed:\n{run.output[-2000:]}"
        killed.append(run.output.splitlines()[-1])
    run = laboratory.build(warehouse=warehouse)
    return Interrupted(warehouse, run, laboratory.raw, killed)


# Time


def keep_what_was_known(raw: Path, day: date, loaded_until: date | None = None) -> None:
    """Makes the raw files what they would have been at the end of a day.

    Removes what is dated after the day, or arrived after `loaded_until`, and blanks
    later dates in earlier rows; planned dates stay.
    """
    loaded_until = loaded_until or day + timedelta(days=LATE_DATA_DAYS)
    after = f"timestamp '{day + timedelta(days=1)}'"
    with changed(raw) as tables:
        # who was merged later was not merged, what changed later had its old value
        tables.execute(
            "update crm.accounts set merged_into_account_id = null, merged_at = null "
            f"where try_cast(merged_at as timestamp) >= {after}"
        )
        for field in columns(tables, "crm.accounts"):
            tables.execute(
                f"""
                update crm.accounts set {field} = earlier.old_value
                from (
                    select account_id, arg_min(old_value, changed_at) as old_value
                    from crm.account_changes
                    where lower(trim(field)) = '{field}'
                        and try_cast(changed_at as timestamp) >= {after}
                    group by account_id
                ) as earlier
                where accounts.account_id = earlier.account_id
                """
            )
        tables.execute(f"delete from usage.features where released_at > '{day}'")
        for name, result, end in (
            ("crm.opportunities", "is_won", "closed_at"),
            ("billing.subscriptions", "end_reason", "ended_at"),
        ):
            tables.execute(
                f"update {name} set {result} = null "
                f"where try_cast({end} as timestamp) >= {after}"
            )
        for name, table in contract().items():
            present = columns(tables, name)
            event_date = table["config"]["meta"].get("event_date")
            for column in dates(table):
                if column["name"] not in present:
                    continue
                is_later = f"try_cast({column['name']} as timestamp) >= {after}"
                if column["name"] == event_date:
                    tables.execute(f"delete from {name} where {is_later}")
                elif not is_planned(column):
                    tables.execute(
                        f"update {name} set {column['name']} = null where {is_later}"
                    )
            if "_loaded_at" in present:
                tables.execute(
                    f"delete from {name} where try_cast(_loaded_at as timestamp)"
                    f" >= timestamp '{loaded_until + timedelta(days=1)}'"
                )


def without_future(laboratory: Laboratory) -> Built:
    """The base from files that know nothing of the days after the last."""
    raw = laboratory.copy_raw("raw_without_future")
    keep_what_was_known(raw, AS_OF)
    warehouse = laboratory.warehouse("without_future")
    return Built(warehouse, laboratory.build(warehouse=warehouse, raw=raw), raw)


def shuffled(laboratory: Laboratory) -> Built:
    """The base from files with their rows shuffled and their columns reversed."""
    raw = laboratory.copy_raw("raw_shuffled")
    with changed(raw) as tables:
        for name in contract():
            reversed_columns = ", ".join(reversed(columns(tables, name)))
            tables.execute(
                f"create or replace table {name} as select {reversed_columns} "
                f"from {name} order by hash(rowid, 'shuffle')"
            )
    warehouse = laboratory.warehouse("shuffled")
    return Built(warehouse, laboratory.build(warehouse=warehouse, raw=raw), raw)


# Unknowns

DEAD_FOR_DAYS = 20


def dead_feed(laboratory: Laboratory) -> Built:
    """The last day, without any usage event in the 20 days before and on it."""
    raw = laboratory.copy_raw("raw_dead_feed")
    with changed(raw) as tables:
        last_alive = AS_OF - timedelta(days=DEAD_FOR_DAYS)
        tables.execute(
            f"delete from usage.events where cast(occurred_at as date) > '{last_alive}'"
        )
    warehouse = laboratory.warehouse("dead_feed")
    run = laboratory.build(warehouse=warehouse, raw=raw, history_start=AS_OF)
    return Built(warehouse, run, raw)


@dataclass(frozen=True)
class OneSilent(Built):
    silent: str


def one_silent(laboratory: Laboratory) -> OneSilent:
    """The last day: one account stopped using the product 20 days ago, others did not.

    Besides, the company never had the tables survey.responses and marketing.intent.
    """
    with duckdb.connect(
        str(laboratory.result(base).warehouse), read_only=True
    ) as connection:
        (silent,) = connection.execute(
            "select account_id from signal_scores_daily where snapshot_date = ? "
            "and signal = 'login_days_28d' and dimension = 'adoption' "
            "order by value desc, account_id limit 1",
            [AS_OF],
        ).fetchone()
    raw = laboratory.copy_raw("raw_one_silent")
    with changed(raw) as tables:
        last_use = AS_OF - timedelta(days=DEAD_FOR_DAYS)
        tables.execute(
            f"delete from usage.events where account_id = '{silent}' "
            f"and cast(occurred_at as date) > '{last_use}'"
        )
    (raw / "survey" / "responses.csv").unlink()
    (raw / "marketing" / "intent.csv").unlink()
    warehouse = laboratory.warehouse("one_silent")
    run = laboratory.build(warehouse=warehouse, raw=raw, history_start=AS_OF)
    return OneSilent(warehouse, run, raw, silent)


def disappeared(laboratory: Laboratory) -> Built:
    """The base a day later: survey/responses is gone."""
    warehouse = laboratory.copy_warehouse(
        laboratory.result(base).warehouse, "disappeared"
    )
    raw = laboratory.copy_raw("raw_disappeared")
    (raw / "survey" / "responses.csv").unlink()
    run = laboratory.build(
        warehouse=warehouse, raw=raw, as_of_date=AS_OF + timedelta(days=1)
    )
    return Built(warehouse, run, raw)


# Bad input

# table, key, values, reason: rows that cannot be used
UNUSABLE_ROWS = [
    (
        "survey.responses",
        {"response_id": "bad_nps", "survey_type": "nps", "score": "11"},
        "score is outside the scale of its survey_type",
    ),
    (
        "crm.cases",
        {"case_id": "bad_date", "opened_at": "31.02.2025"},
        "opened_at is not a timestamp",
    ),
    (
        "crm.cases",
        {"case_id": "bad_order", "resolved_at": "2025-05-19 12:00:00"},
        "resolved_at lies before opened_at",
    ),
    (
        "crm.activities",
        {"activity_id": "bad_account", "account_id": "acct_nobody"},
        "account_id is not in crm.accounts",
    ),
    (
        "crm.tasks",
        {"task_id": None, "task_type": "onboarding"},
        "task_id is empty",
    ),
    (
        "usage.events",
        {"event_id": "bad_future", "occurred_at": "2199-01-01 00:00:00"},
        "occurred_at lies after the run began",
    ),
    (
        "billing.invoices",
        {"invoice_id": "bad_due", "amount": "a thousand"},
        "amount is not a double",
    ),
]
# The date of a row that is not bad itself.
GOOD_TIME = "2025-05-20 12:00:00"


@dataclass(frozen=True)
class BadInput(Built):
    account: str
    circle: list[str]
    """Accounts of which each is the parent of the one before, the first of the last."""
    chain: list[str]
    """Seven accounts of which each is the parent of the one before."""


def bad_input(laboratory: Laboratory) -> BadInput:
    """The last day, from files with rows of each kind that nobody should send."""
    with duckdb.connect(
        str(laboratory.result(base).warehouse), read_only=True
    ) as connection:
        account, *in_scope = [
            row[0]
            for row in connection.execute(
                "select account_id from account_health_current order by 1"
            ).fetchall()
        ]
    raw = laboratory.copy_raw("raw_bad_input")
    with changed(raw) as tables:
        for name, values, _ in UNUSABLE_ROWS:
            table = contract()[name]
            event_date = table["config"]["meta"]["event_date"]
            insert(
                tables,
                name,
                **({"account_id": account, event_date: GOOD_TIME} | values),
            )
        case = {"account_id": account, "opened_at": GOOD_TIME, "case_type": "defect"}
        # a value that nobody has told us of
        insert(tables, "crm.cases", **case, case_id="new_word", priority="blocker")
        # oddly written, but known
        insert(
            tables,
            "crm.cases",
            **case | {"account_id": f"  {account} ", "case_type": "Feature Request"},
            case_id=" padded",
            priority=" URGENT  ",
        )
        # twice: the older version stands later in the file
        for priority, updated_at in (("high", "2025-05-25"), ("low", "2025-05-22")):
            insert(
                tables,
                "crm.cases",
                **case,
                case_id="twice",
                priority=priority,
                updated_at=f"{updated_at} 08:00:00",
            )
        # companies that own each other, and a long chain of owners
        alone = [
            row[0]
            for row in tables.execute(
                """
                select account_id from crm.accounts
                where parent_account_id is null and list_contains(?, account_id)
                    and account_id not in (
                        select account_id from crm.account_changes
                        where field ilike '%parent%'
                        union all
                        select parent_account_id from crm.accounts
                        where parent_account_id is not null
                    )
                group by 1 having count(*) = 1 order by 1 limit 10
                """,
                [in_scope],
            ).fetchall()
        ]
        circle, chain = alone[:3], alone[3:]
        links = zip(
            [*circle, *chain[:-1]], [*circle[1:], circle[0], *chain[1:]], strict=True
        )
        for child, parent in links:
            tables.execute(
                "update crm.accounts set parent_account_id = ? where account_id = ?",
                [parent, child],
            )
        # another order of columns
        for name in ("crm.cases", "survey.responses"):
            reversed_columns = ", ".join(reversed(columns(tables, name)))
            tables.execute(
                f"create or replace table {name} as "
                f"select {reversed_columns} from {name}"
            )
    warehouse = laboratory.warehouse("bad_input")
    run = laboratory.build(warehouse=warehouse, raw=raw, history_start=AS_OF)
    return BadInput(warehouse, run, raw, account, circle, chain)


# Publishing, and what must not be published


@dataclass(frozen=True)
class Publication(Built):
    folder: Path
    files_written_again: list[str]
    """What a second publishing of the same run wrote."""
    files_before_and_after: tuple[dict[str, bytes], dict[str, bytes]]
    """The files before and after the second publishing."""


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder, byte for byte."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def publication(laboratory: Laboratory) -> Publication:
    """The base built a second time and published, by what scripts/build runs."""
    warehouse = laboratory.copy_warehouse(
        laboratory.result(base).warehouse, "publication"
    )
    project = laboratory.copy_project("project_publication", laboratory.project)
    folder = laboratory.folder / "published"
    run = laboratory.build_and_publish(
        warehouse=warehouse, published=folder, project=project, dashboards=True
    )
    assert run.code == 0, run.output[-4000:]
    before = contents(folder)
    again = publish(warehouse, folder, run.target / "manifest.json", 4)
    return Publication(
        warehouse,
        run,
        laboratory.raw,
        folder,
        again.written,
        (before, contents(folder)),
    )


def spark(laboratory: Laboratory) -> Publication:
    """The base on Spark: built with its data tests and published, by scripts/build.

    Keys, which would take minutes, are tested on DuckDB alone: marts that are equal row
    by row have the same.
    """
    project = laboratory.copy_project("project_spark", laboratory.project)
    keys = project / "tests" / "generic" / "unique_key.sql"
    head, body = keys.read_text().split("\nselect", 1)
    keys.write_text(head + "{{ config(enabled=false) }}\nselect" + body)
    warehouse = laboratory.folder / "spark"
    folder = laboratory.folder / "published_by_spark"
    run = laboratory.build_and_publish(
        "--engine=spark", warehouse=warehouse, published=folder, project=project
    )
    assert run.code == 0, run.output[-4000:]
    return Publication(warehouse, run, laboratory.raw, folder, [], ({}, {}))


@dataclass(frozen=True)
class Refusal(Built):
    """A build that must fail, on copies of what `publication` made."""

    published: Path


def _refusal(laboratory: Laboratory, name: str, raw: Path, project: Path) -> Refusal:
    source = laboratory.result(publication)
    warehouse = laboratory.copy_warehouse(source.warehouse, name)
    published = Path(
        shutil.copytree(source.folder, laboratory.folder / f"published_{name}")
    )
    run = laboratory.build_and_publish(
        warehouse=warehouse, published=published, project=project, raw=raw
    )
    return Refusal(warehouse, run, raw, published)


def broken_contract(laboratory: Laboratory) -> Refusal:
    """A build from files that lack a required table, a required column, all rows."""
    raw = laboratory.copy_raw("raw_broken_contract")
    with changed(raw) as tables:
        tables.execute("alter table crm.cases drop column opened_at")
        tables.execute("delete from billing.subscriptions")
    (raw / "crm" / "accounts.csv").unlink()
    project = laboratory.copy_project("project_broken_contract", laboratory.project)
    return _refusal(laboratory, "broken_contract", raw, project)


def broken_policy(laboratory: Laboratory) -> Refusal:
    """A build with seeds that cannot be right."""
    project = laboratory.copy_project("project_broken_policy", laboratory.project)
    seeds = project / "seeds"

    def append(seed: str, *lines: str) -> None:
        with (seeds / f"{seed}.csv").open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    append("scorecard_signals", "default,1,moon_phase,5,linear,0,,1,,,redistribute")
    append("health_bands", "fragile,Fragile,orange,55,6,1900-01-01")
    append(
        "scorecards",
        "second,1,0,,,,,,,,,2020-01-01,,published,0.4,somebody,Another default",
    )
    text = (seeds / "scorecard_signals.csv").read_text()
    for knots, broken in [
        ("days_since_last_use,10,linear,30,10,2,", "30,1,2,"),
        ("touches_90d,20,linear,0,5,15,", "15,5,0,"),
    ]:
        signal, weight, shape, _ = knots.split(",", 3)
        row = f"default,1,{knots}"
        assert row in text
        text = text.replace(row, f"default,1,{signal},{weight},{shape},{broken}")
    (seeds / "scorecard_signals.csv").write_text(text)
    text = (seeds / "signals.csv").read_text()
    assert "\narr,Annual recurring revenue," in text
    (seeds / "signals.csv").write_text(
        text.replace("\narr,Annual recurring revenue,", "\narr,,")
    )
    text = (seeds / "calibration_bounds.csv").read_text()
    assert "\nsupport,0.04,0.25," in text
    (seeds / "calibration_bounds.csv").write_text(
        text.replace("\nsupport,0.04,", "\nsupport,0.3,")
    )
    swap_columns(seeds / "lifecycle_stages.csv", "min_tenure_days", "max_tenure_days")
    return _refusal(laboratory, "broken_policy", laboratory.raw, project)


def edited_policy(laboratory: Laboratory) -> Refusal:
    """A build with another weight and another knot in a version that has scored,
    another limit of a cap and of a band, a scorecard that begins in the past, and one
    signal more to watch, which is fine."""
    project = laboratory.copy_project("project_edited_policy", laboratory.project)
    signals = project / "seeds" / "scorecard_signals.csv"
    text = signals.read_text()
    for before, after in (
        ("default,1,login_days_28d,20,linear,", "default,1,login_days_28d,21,linear,"),
        ("template_5,1,arr,15,linear,0,25000,", "template_5,1,arr,15,linear,0,24000,"),
    ):
        assert before in text
        text = text.replace(before, after)
    watched = "template_5,1,mean_days_late_180d,0,linear,30,10,0,,,redistribute\n"
    signals.write_text(
        text + watched + "too_early,1,arr,1,linear,0,,1,,,redistribute\n"
    )
    with (project / "seeds" / "scorecards.csv").open("a") as file:
        file.write(
            f"too_early,1,60,,,,,,premium,,,{CLOSED_DAYS[1]},,published,0,me,why\n"
        )
    with (project / "seeds" / "scorecard_dimensions.csv").open("a") as file:
        file.write("too_early,1,financial,1\n")
    for seed, before, after in (
        ("score_caps", "case_age_days,,>,7,", "case_age_days,,>,9,"),
        ("health_bands", "watch,Watch,yellow,55,", "watch,Watch,yellow,54,"),
    ):
        file = project / "seeds" / f"{seed}.csv"
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after))
    return _refusal(laboratory, "edited_policy", laboratory.raw, project)


# Scorecards


def by_activity(laboratory: Laboratory) -> Built:
    """The last day of a company without subscriptions, with all data tests."""
    raw = laboratory.copy_raw("raw_by_activity")
    (raw / "billing" / "subscriptions.csv").unlink()
    warehouse = laboratory.warehouse("by_activity")
    run = laboratory.build(
        *WITH_DATA_TESTS,
        warehouse=warehouse,
        raw=raw,
        history_start=AS_OF,
        customer_definition="activity",
    )
    return Built(warehouse, run, raw)


NEXT_DAY = AS_OF + timedelta(days=1)


@dataclass(frozen=True)
class NewVersion(Built):
    project: Path


def new_version(laboratory: Laboratory) -> NewVersion:
    """The base a day later, from which on starter_6 scores all accounts, as
    docs/scorecards.md says; with all data tests."""
    warehouse = laboratory.copy_warehouse(
        laboratory.result(base).warehouse, "new_version"
    )
    project = laboratory.copy_project("project_new_version", laboratory.project)
    file = project / "seeds" / "scorecards.csv"
    with file.open(newline="") as stream:
        names, *versions = csv.reader(stream)
    place = {name: number for number, name in enumerate(names)}
    (starter,) = [row for row in versions if row[place["scorecard"]] == "starter_6"]
    for row in versions:
        if row[place["status"]] == "published":
            row[place["effective_to"]] = str(NEXT_DAY)
    second = list(starter)
    second[place["version"]] = "2"
    second[place["status"]] = "published"
    second[place["effective_from"]] = str(NEXT_DAY)
    with file.open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([names, *versions, second])
    for seed in ("scorecard_dimensions", "scorecard_signals"):
        file = project / "seeds" / f"{seed}.csv"
        text = file.read_text()
        first = [line for line in text.splitlines() if line.startswith("starter_6,1,")]
        file.write_text(
            text
            + "".join(f"{line}\n" for line in first).replace(
                "starter_6,1,", "starter_6,2,"
            )
        )
    run = laboratory.build(
        *WITH_DATA_TESTS, warehouse=warehouse, project=project, as_of_date=NEXT_DAY
    )
    return NewVersion(warehouse, run, laboratory.raw, project)


def swap_columns(file: Path, one: str, other: str) -> None:
    """Two columns of a CSV file change places with their values: it means the same."""
    with file.open(newline="") as stream:
        table = list(csv.reader(stream))
    places = table[0].index(one), table[0].index(other)
    for row in table:
        row[places[0]], row[places[1]] = row[places[1]], row[places[0]]
    with file.open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(table)


# Alerts

# enough days for a usual change to be known
ALERTS_FROM = AS_OF - timedelta(days=50)
ALERT_STEPS = [AS_OF - timedelta(days=days) for days in (12, 4, 1, 0)]
RESTATED_DAY = AS_OF - timedelta(days=15)
TELL_ALERTS = (*MODELS_ONLY, "--select=int_alert_window+")


@dataclass(frozen=True)
class ToldAlerts(Built):
    restated: Path
    """A warehouse in which a past day was scored again, and alerts were told since."""
    told_again: Path
    """The same health, of which alerts were never told before."""
    reworded: Path
    """One in which every alert rule has another sentence and severity since."""


def alerts_at_once(laboratory: Laboratory) -> Built:
    """Seven weeks at once."""
    warehouse = laboratory.warehouse("alerts_at_once")
    run = laboratory.build(warehouse=warehouse, history_start=ALERTS_FROM)
    return Built(warehouse, run, laboratory.raw)


def told_alerts(laboratory: Laboratory) -> ToldAlerts:
    """The health of alerts_at_once, which arrives in steps: alerts are told after each.

    At each step the last three days are as they will not stay.
    """
    source = laboratory.result(alerts_at_once).warehouse

    def tell(warehouse: Path, *changes: str, project: Path | None = None) -> Run:
        with duckdb.connect(str(warehouse)) as connection:
            for change in changes:
                connection.execute(change)
        return laboratory.build(
            *TELL_ALERTS,
            warehouse=warehouse,
            history_start=ALERTS_FROM,
            project=project,
        )

    forget = "drop table intermediate.int_open_alert_days"
    warehouse = laboratory.copy_warehouse(source, "told_alerts")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table right_health as from account_health_daily")
        connection.execute(forget)
    right_until = ALERTS_FROM - timedelta(days=1)
    for step, day in enumerate(ALERT_STEPS):
        right_from, right_until = right_until, day - timedelta(days=3)
        if day == AS_OF:
            right_until = day
        run = tell(
            warehouse,
            f"delete from account_health_daily where snapshot_date > '{right_from}'",
            f"""
            insert into account_health_daily
            select * replace ('run {step}' as run_id) from right_health
            where snapshot_date > '{right_from}' and snapshot_date <= '{day}'
            """,
            f"""
            update account_health_daily
            set settled_band = 'critical', cap = 'wrong', health_score = 1
            where snapshot_date > '{right_until}' and health_score is not null
            """,
        )

    restated = laboratory.copy_warehouse(warehouse, "restated_alerts")
    tell(
        restated,
        f"""
        update account_health_daily
        set run_id = 'restated', settled_band = 'critical',
            cap = case when cap is null then 'urgent' end
        where snapshot_date = '{RESTATED_DAY}' and health_score is not null
        """,
    )
    told_again = laboratory.copy_warehouse(restated, "alerts_told_again")
    tell(told_again, forget)

    project = laboratory.copy_project("project_reworded", laboratory.project)
    with (project / "seeds" / "alert_rules.csv").open(newline="") as stream:
        rules = list(csv.DictReader(stream))
    with (project / "seeds" / "alert_rules.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rules[0].keys(), lineterminator="\n")
        writer.writeheader()
        for rule in rules[:-1]:
            writer.writerow(rule | {"words": "Other words.", "severity": "notice"})
    reworded = laboratory.copy_warehouse(warehouse, "reworded_alerts")
    laboratory.build(
        "seed", "--select=alert_rules", warehouse=reworded, project=project
    )
    tell(
        reworded,
        "update account_health_daily set run_id = 'since' "
        f"where snapshot_date = '{AS_OF}'",
        project=project,
    )
    return ToldAlerts(warehouse, run, laboratory.raw, restated, told_again, reworded)


# Looking back


@dataclass(frozen=True)
class LookedBack(Built):
    """What the analyses of past days answer, a dictionary per row."""

    recomputed: list[dict]
    """All days of the base, under the versions that scored them."""
    by_version: dict[str, list[dict]]
    """The same under version 1 of some scorecards; starter_6 is a candidate."""
    changes: list[dict]
    """From the first to the last day of the base."""
    changes_of_a_day: list[dict]
    """From the last but one to the last."""


def looked_back(laboratory: Laboratory) -> LookedBack:
    """The base, and what the analyses of past days say of it."""
    built = laboratory.result(base)
    warehouse = laboratory.copy_warehouse(built.warehouse, "looked_back")

    def answer(analysis: str, **variables: object) -> list[dict]:
        run = laboratory.build(
            "compile", f"--select={analysis}", warehouse=warehouse, **variables
        )
        sql = run.target / "compiled" / "customer_health" / "analyses"
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            found = connection.execute((sql / f"{analysis}.sql").read_text())
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    days = {"recompute_from": DAYS[0], "recompute_to": DAYS[-1]}
    recomputed = answer("recomputed_scores", **days)
    by_version = {
        scorecard: answer(
            "recomputed_scores",
            **days,
            recompute_scorecard=scorecard,
            recompute_version=1,
        )
        for scorecard in ("template_5", "default", "starter_6")
    }
    changes, changes_of_a_day = (
        answer("what_changed_between_two_days", change_from=day, change_to=DAYS[-1])
        for day in (DAYS[0], DAYS[-2])
    )
    return LookedBack(
        warehouse,
        built.run,
        built.raw,
        recomputed,
        by_version,
        changes,
        changes_of_a_day,
    )


# Truth

# The scored days of two_years are the ends of 24 months, the last of them this; its raw
# data goes on for three weeks.
TRUTH_AS_OF = date(2025, 5, 31)
TRUTH_FROM = date(2023, 6, 30)
TRUTH_ACCOUNTS = 250


@dataclass(frozen=True)
class TwoYears(Built):
    project: Path
    """The project that scores the ends of months only."""
    truth: Path
    """What the generator knows: truth.json, outcomes.csv, latent_health.parquet."""


def two_years(laboratory: Laboratory) -> TwoYears:
    """The ends of 24 months, of more accounts than elsewhere: enough of them leave.

    What evaluates the score looks at ends of months alone, so no other day is scored:
    two years for the price of 24 days. A settled band is then the band of the day.
    """
    raw = laboratory.demo_data(
        "raw_two_years",
        accounts=TRUTH_ACCOUNTS,
        days=1096,
        seed=11,
        end_date=TRUTH_AS_OF + timedelta(days=22),
    )
    project = laboratory.copy_project("project_two_years", laboratory.project)
    file = project / "models/intermediate/accounts/int_days_to_score.sql"
    text = file.read_text()
    scored = "calendar.day <= bounds.as_of_date\n"
    assert text.count(scored) == 1
    only_ends = "and extract(day from calendar.day + 1) = 1\n"
    file.write_text(text.replace(scored, f"{scored}        {only_ends}"))
    warehouse = laboratory.warehouse("two_years")
    run = laboratory.build(
        *MODELS_ONLY,
        warehouse=warehouse,
        raw=raw,
        project=project,
        as_of_date=TRUTH_AS_OF,
        history_start=TRUTH_FROM,
    )
    return TwoYears(warehouse, run, raw, project, raw / "_truth")


EVALUATION = (
    "models/intermediate/outcomes/",
    "models/intermediate/validation/",
    "models/marts/validation/",
    "models/marts/semantic/",
)


def spark_of_two_years(laboratory: Laboratory) -> Built:
    """What evaluates the score, on Spark, from what DuckDB stored of two years.

    Six days, of which Spark builds everything, leave hardly anything to evaluate.
    """
    source = laboratory.result(two_years)
    nodes = source.run.manifest()["nodes"]
    evaluating = {
        key: node
        for key, node in nodes.items()
        if node["resource_type"] == "model"
        and node["original_file_path"].startswith(EVALUATION)
    }
    given = {
        parent for node in evaluating.values() for parent in node["depends_on"]["nodes"]
    } - set(evaluating)
    statements = []
    with duckdb.connect(str(source.warehouse), read_only=True) as connection:
        for schema in sorted({nodes[key]["schema"] for key in given}):
            statements.append(f"create schema if not exists {schema}")
        for key in sorted(given):
            table = f"{nodes[key]['schema']}.{nodes[key]['alias']}"
            folder = laboratory.folder / "given_to_spark" / table
            folder.mkdir(parents=True)
            connection.sql(f"from {table}").write_parquet(str(folder / "rows.parquet"))
            statements.append(f"create table {table} using parquet location '{folder}'")
    # the hooks of the project, which load raw tables, make way for these
    project = laboratory.copy_project("project_spark_of_two_years", source.project)
    settings = project / "dbt_project.yml"
    content = yaml.safe_load(settings.read_text())
    content |= {"on-run-start": statements, "on-run-end": []}
    settings.write_text(yaml.safe_dump(content))
    warehouse = laboratory.folder / "spark_of_two_years"
    run = laboratory.build(
        *("run", "--select", *EVALUATION),
        engine="spark",
        warehouse=warehouse,
        raw=source.raw,
        project=project,
        as_of_date=TRUTH_AS_OF,
        history_start=TRUTH_FROM,
    )
    return Built(warehouse, run, source.raw)


@dataclass(frozen=True)
class WhatIf(Built):
    again: Path
    """The warehouse after a further run with the same seeds."""


def what_if(laboratory: Laboratory) -> WhatIf:
    """Two candidates are written after the base was built: default 2 says what 1 does,
    default 3 weighs support five times as much. Then it is built once more."""
    built = laboratory.result(base)
    warehouse = laboratory.copy_warehouse(built.warehouse, "what_if")
    project = laboratory.copy_project("project_what_if", laboratory.project)
    for seed in ("scorecards", "scorecard_dimensions", "scorecard_signals"):
        file = project / "seeds" / f"{seed}.csv"
        lines = file.read_text().splitlines()
        for version in (2, 3):
            for line in lines[1:]:
                if not line.startswith("default,1,"):
                    continue
                line = line.replace("default,1,", f"default,{version},", 1)
                line = line.replace(",published,", ",candidate,")
                if version == 3 and seed == "scorecard_dimensions":
                    line = line.replace(",support,12", ",support,60")
                lines.append(line)
        file.write_text("\n".join(lines) + "\n")
    run = laboratory.build(*WITH_DATA_TESTS, warehouse=warehouse, project=project)
    again = laboratory.copy_warehouse(warehouse, "what_if_again")
    laboratory.build(warehouse=again, project=project)
    return WhatIf(warehouse, run, built.raw, again)


# Speed


def benchmarked(laboratory: Laboratory) -> dict:
    """The results of the two measurements of scripts/benchmark that need least."""
    results = laboratory.folder / "benchmark.json"
    run = laboratory.script(
        "benchmark",
        "year",
        "daily",
        "--quick",
        "--repeat=1",
        f"--work={laboratory.folder / 'benchmark'}",
        f"--results={results}",
        project=laboratory.copy_project("project_benchmarked", laboratory.project),
    )
    assert run.code == 0, run.output[-4000:]
    return json.loads(results.read_text())


# The longest first, so that none is left alone at the end.
ALL = (
    base,
    spark,
    two_years,
    spark_of_two_years,
    plain_build,
    nightly,
    interrupted,
    without_future,
    shuffled,
    publication,
    looked_back,
    what_if,
    alerts_at_once,
    told_alerts,
    late,
    restated,
    carried,
    gap,
    full_refresh,
    dead_feed,
    one_silent,
    disappeared,
    bad_input,
    broken_contract,
    broken_policy,
    edited_policy,
    by_activity,
    new_version,
    benchmarked,
)
