"""What each role gets: files with what it may read, and nothing else."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from customer_health.publish import publish
from customer_health.query import run
from customer_health.roles import file_of_owner
from laboratory import DAYS, PROJECT, rows, value

BI_FILE = "customer_health.duckdb"
EXECUTIVE_FILE = "roles/executive.duckdb"
ANALYST_FILE = "roles/analyst.duckdb"
# As in publication(): days of signal scores where a role has the latest only.
SIGNAL_DAYS = 4
# In the demo data every family name, every address and every comment has one of these.
CANARIES = ("kanarienvogel", "canary.example")
# As in seeds/roles.csv.
SMALLEST_GROUP = 5


def owner_files(folder: Path) -> dict[str, Path]:
    """The file of each owner, by the manifest."""
    files = json.loads((folder / "manifest.json").read_text())["files"]
    return {
        entry["owner_id"]: folder / name
        for name, entry in files.items()
        if entry["role"] == "csm"
    }


def values(file: Path):
    """Every value of a file as text, by table and column; each once."""
    with duckdb.connect() as connection:
        if file.suffix == ".parquet":
            connection.execute(f"create view {file.stem!r} as from '{file}'")
        else:
            connection.execute(f"attach '{file}' as f (read_only)")
            connection.execute("use f.main")
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() where not internal"
        ).fetchall():
            found = connection.execute(
                f'select distinct cast("{column}" as text) from "{table}"'
            ).fetchall()
            yield table, column, [text for (text,) in found if text is not None]


def leaks(file: Path) -> list[str]:
    """Where a file has a canary, in its values or in its bytes (values may be
    compressed)."""
    content = file.read_bytes().lower()
    found = [f"{file.name}: bytes" for word in CANARIES if word.encode() in content]
    for table, column, texts in values(file):
        if any(word in text.lower() for text in texts for word in CANARIES):
            found.append(f"{table}.{column}")
    return found


def files_without_people(folder: Path) -> list[Path]:
    parquet = sorted((folder / "parquet").rglob("*.parquet"))
    assert parquet
    return [folder / BI_FILE, folder / EXECUTIVE_FILE, *parquet]


def current_accounts(warehouse: Path) -> dict[str, set[str]]:
    """The scored accounts of each owner."""
    return {
        owner: set(accounts)
        for owner, accounts in rows(
            warehouse,
            "select owner_id, list(account_id) from account_health_current "
            "where owner_id is not null group by owner_id",
        )
    }


@pytest.fixture
def changed(publication, tmp_path):
    """Copies of the warehouse, the published files and dbt's manifest, to be changed
    and published again: warehouse, folder, nodes of the manifest, again()."""
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(publication.warehouse, warehouse)
    folder = shutil.copytree(publication.folder, tmp_path / "published")
    manifest = publication.run.manifest()

    def again():
        file = tmp_path / "manifest.json"
        file.write_text(json.dumps(manifest))
        return publish(warehouse, folder, file, SIGNAL_DAYS)

    return warehouse, folder, manifest["nodes"], again


# Personal data


def test_no_canary_is_in_a_file_without_people(publication):
    """Neither in a value nor in the bytes of a file; catches a mart with a name, an
    address or a comment."""
    for file in files_without_people(publication.folder):
        assert leaks(file) == [], file
    assert not any(
        word in (publication.folder / "manifest.json").read_text().lower()
        for word in CANARIES
    )


def test_canaries_are_in_the_files_with_people(publication):
    """Names and addresses, so that the search above finds them where they are."""
    assert {
        "rejected_records.content",
        "relationship_map.email",
        "relationship_map.full_name",
    } <= set(leaks(publication.folder / ANALYST_FILE))
    owners = owner_files(publication.folder)
    assert owners
    for file in owners.values():
        columns = {place for place in leaks(file) if "bytes" not in place}
        assert columns == {"relationship_map.email", "relationship_map.full_name"}


def test_comments_hold_a_canary(publication):
    """In the demo data, so that a comment in a mart would be found."""
    for name in ("crm/csm_assessments", "survey/responses"):
        (file,) = publication.raw.glob(f"{name}.*")
        (row,) = duckdb.sql(
            f"select count(*) from '{file}' where comment ilike '%kanarienvogel%'"
        ).fetchall()
        assert row != (0,), name


def test_a_personal_column_without_its_mark_is_found(changed):
    """The search for canaries can fail: addresses that are not marked are in the file
    for BI and in Parquet."""
    _, folder, nodes, again = changed
    column = nodes["model.customer_health.relationship_map"]["columns"]["email"]
    column["config"]["meta"] = {}
    again()
    assert "relationship_map.email" in leaks(folder / BI_FILE)
    assert leaks(folder / "parquet" / "relationship_map.parquet")


def test_a_column_that_is_marked_leaves_the_files_without_people(changed):
    """No row has changed; catches a role's file that is kept for that."""
    _, folder, nodes, again = changed
    columns = nodes["model.customer_health.policy_ledger"]["columns"]
    columns["value"]["config"]["meta"] = {"contains_personal_data": True}
    again()
    for name in (BI_FILE, EXECUTIVE_FILE):
        described = rows(folder / name, "describe policy_ledger")
        assert "value" not in {column for (column, *_) in described}, name
    assert value(folder / ANALYST_FILE, "select count(value) from policy_ledger")


def test_files_with_people_are_for_the_user_alone(publication):
    """Catches a file that everybody on the machine can read."""
    personal = [
        publication.folder / ANALYST_FILE,
        *owner_files(publication.folder).values(),
    ]
    for file in personal:
        assert file.stat().st_mode & 0o777 == 0o600, file
    for name in (BI_FILE, EXECUTIVE_FILE):
        assert (publication.folder / name).stat().st_mode & 0o400


# The analyst


def test_the_analyst_gets_all_there_is(publication):
    """Every mart, row by row, column by column, of signal scores the latest days;
    catches a condition or a column of another role."""
    exposure = publication.run.manifest()["exposures"][
        "exposure.customer_health.published_marts"
    ]
    marts = {node.split(".")[-1] for node in exposure["depends_on"]["nodes"]}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{publication.warehouse}' as w (read_only)")
        connection.execute(
            f"attach '{publication.folder / ANALYST_FILE}' as a (read_only)"
        )
        found = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'a'"
        ).fetchall()
        assert {mart for (mart,) in found} == marts
        for mart in marts:
            one, other = f"from w.main.{mart}", f"from a.main.{mart}"
            if mart == "signal_scores_daily":
                one += f" where snapshot_date >= '{DAYS[-SIGNAL_DAYS]}'"
            assert connection.execute(
                f"select count(*) from (({one} except all {other}) "
                f"union all ({other} except all {one}))"
            ).fetchone() == (0,), mart


@pytest.mark.parametrize(("signal_history", "days"), [("all", len(DAYS)), ("2", 2)])
def test_signals_go_back_as_far_as_the_seed_says(changed, signal_history, days):
    warehouse, folder, _, again = changed
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update policy.roles set signal_history = ? "
            "where role in ('analyst', 'csm')",
            [signal_history],
        )
    again()
    for file in (folder / ANALYST_FILE, *owner_files(folder).values()):
        assert (
            value(file, "select count(distinct snapshot_date) from signal_scores_daily")
            == days
        ), file.name


# Customer success managers


def test_each_owner_has_a_file_with_the_own_accounts(publication):
    """Exactly the accounts that are theirs today; together all that are scored and
    have an owner. Catches a lost owner, and an account in two files."""
    accounts = current_accounts(publication.warehouse)
    files = owner_files(publication.folder)
    assert set(files) == set(accounts) and len(files) > 1
    for owner, file in files.items():
        found = rows(file, "select account_id from account_health_current")
        assert {account for (account,) in found} == accounts[owner], owner
        assert len(found) == len(accounts[owner])
    on_disk = set((publication.folder / "roles" / "csm").iterdir())
    assert on_disk == set(files.values())


def test_no_account_of_another_owner_is_in_a_file(publication):
    """In no column of no table, words included; catches a parent's id, a mart without
    its condition."""
    accounts = current_accounts(publication.warehouse)
    for owner, file in owner_files(publication.folder).items():
        for table, column, texts in values(file):
            named = {
                account for text in texts for account in re.findall(r"acct_\d+", text)
            }
            assert named <= accounts[owner], (owner, table, column)


def test_a_file_has_the_whole_history_of_its_accounts(publication):
    """All days and columns of every mart but what the seeds leave out, row by row; days
    on which somebody else had the account included."""
    owner, file = next(iter(owner_files(publication.folder).items()))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{publication.warehouse}' as w (read_only)")
        connection.execute(f"attach '{file}' as f (read_only)")
        tables = connection.execute(
            "select table_name, string_agg(column_name, ', ') from duckdb_columns() "
            "where database_name = 'f' group by 1"
        ).fetchall()
        assert len(tables) > 10
        for table, columns in tables:
            condition = "true"
            if "account_id" in columns.split(", "):
                condition = (
                    "account_id in (select account_id from "
                    f"w.main.account_health_current where owner_id = '{owner}')"
                )
            warehouse = f"select {columns} from w.main.{table} where {condition}"
            published = f"select {columns} from f.main.{table}"
            assert connection.execute(
                f"select count(*) from (({warehouse} except all {published}) "
                f"union all ({published} except all {warehouse}))"
            ).fetchone() == (0,), table


@pytest.mark.parametrize(
    "query",
    sorted((PROJECT / "analyses").glob("csm_*.sql")),
    ids=lambda file: file.stem,
)
def test_a_managers_questions_can_be_asked_of_the_own_file(publication, query):
    """Every query in analyses/ that is theirs; catches a mart that they need."""
    for file in owner_files(publication.folder).values():
        run(file, query)


def test_an_owner_without_accounts_loses_the_file(changed):
    """The accounts are in the file of who has them now; the files of others stay."""
    warehouse, folder, _, again = changed
    files = owner_files(folder)
    leaver, heir, *others = sorted(files)
    leavers = current_accounts(warehouse)[leaver]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update account_health_current set owner_id = ? where owner_id = ?",
            [heir, leaver],
        )
    written = again().written
    assert not files[leaver].exists()
    assert set(owner_files(folder)) == {heir, *others}
    found = rows(files[heir], "select account_id from account_health_daily")
    assert leavers <= {account for (account,) in found}
    changed_files = {folder / name for name in written if name.startswith("roles/csm/")}
    assert changed_files == {files[heir]}


def test_files_that_no_role_gets_are_removed(changed):
    """Even where no manifest knows of them: the folder of earlier versions, a file of a
    run that was killed. Catches personal data that stays for ever."""
    _, folder, _, again = changed
    (folder / "restricted").mkdir()
    strays = [
        folder / "restricted" / "customer_health_restricted.duckdb",
        folder / "roles" / "csm" / "emp_gone.duckdb",
    ]
    for stray in strays:
        stray.write_bytes(b"Ada Kanarienvogel")
    again()
    assert not any(stray.exists() for stray in strays)
    assert not (folder / "restricted").exists()
    assert (folder / ANALYST_FILE).exists()


def test_ids_of_owners_become_safe_names_of_files():
    """No two owners share a file, also where capitals do not count, and none leaves the
    folder."""
    owners = ["emp_1", "Emp_1", "EMP_1", "a/b", "a_b", "a b", "..", "", "é", "x" * 500]
    files = [file_of_owner("roles/csm/{owner_id}.duckdb", owner) for owner in owners]
    assert files[0] == "roles/csm/emp_1.duckdb"
    assert len({file.lower() for file in files}) == len(owners)
    for file in files:
        assert re.fullmatch(r"roles/csm/[A-Za-z0-9_-]{1,80}\.duckdb", file), file


# Executives


def test_executives_see_no_account_and_no_person(publication):
    """Neither an id nor a name of an account, an owner or a contact; catches a mart or
    a column too many."""
    names = {
        name
        for (name,) in rows(
            publication.warehouse, "select account_name from account_health_current"
        )
        if name
    }
    assert len(names) > 50
    for table, column, texts in values(publication.folder / EXECUTIVE_FILE):
        assert not re.search(r"account_id|account_name|owner_id|contact_id", column)
        for text in texts:
            assert not re.search(r"\b(acct|emp|con)_\d", text), (table, column, text)
            assert not any(name in text for name in names), (table, column, text)


def test_executives_see_no_row_of_a_few_accounts(publication):
    """Catches a group that is one customer, with its revenue; the warehouse has such
    rows."""
    file = publication.folder / EXECUTIVE_FILE
    assert value(file, "select count(*) from portfolio_overview_daily")
    for mart in ("portfolio_overview_daily", "renewal_forecast_quarters"):
        smallest = value(file, f"select min(accounts) from {mart}")
        assert smallest is None or smallest >= SMALLEST_GROUP, mart
    assert value(
        publication.warehouse,
        "select count(*) from renewal_forecast_quarters where accounts < ?",
        SMALLEST_GROUP,
    )


# The manifest, and the page


def test_the_manifest_lists_the_files_of_every_role(publication):
    """Each with its role and the sha256 of what is on disk, and no file besides."""
    manifest = json.loads((publication.folder / "manifest.json").read_text())
    on_disk = {
        path.relative_to(publication.folder).as_posix()
        for path in publication.folder.rglob("*")
        if path.is_file()
        and path.name != "manifest.json"
        and path.parent.name != "dashboards"  # scripts/dashboards makes them of these
    }
    assert on_disk == set(manifest["files"])
    for name, entry in manifest["files"].items():
        content = (publication.folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], name
    assert {entry["role"] for entry in manifest["files"].values()} == {
        "bi",
        "csm",
        "executive",
        "analyst",
    }
