"""What readers get: the marts, complete, named right, without personal data."""

import hashlib
import json
import shutil

import duckdb
import pytest
from customer_health.publish import publish
from laboratory import DAYS, rows, value
from raw_files import number_of_rows

BI_FILE = "customer_health.duckdb"
ANALYST_FILE = "roles/analyst.duckdb"
# As in publication(): the DuckDB file has this many days of signal scores.
SIGNAL_DAYS = 4


@pytest.fixture(scope="module")
def manifest(publication) -> dict:
    return json.loads((publication.folder / "manifest.json").read_text())


@pytest.fixture(scope="module")
def connection(publication):
    """The warehouse and the published files for BI and analysts, read-only."""
    with duckdb.connect() as opened:
        opened.execute(f"attach '{publication.warehouse}' as warehouse (read_only)")
        for name, file in (("bi", BI_FILE), ("analyst", ANALYST_FILE)):
            opened.execute(
                f"attach '{publication.folder / file}' as {name} (read_only)"
            )
        yield opened


def tables_of(connection, database: str) -> dict[str, list[str]]:
    """The columns of each table."""
    return dict(
        connection.execute(
            "select table_name, list(column_name order by column_index) "
            "from duckdb_columns() where database_name = ? and schema_name = 'main' "
            "group by 1",
            [database],
        ).fetchall()
    )


def only_in_one(connection, one: str, other: str) -> int:
    return connection.execute(
        f"select count(*) from ((({one}) except all ({other})) "
        f"union all (({other}) except all ({one})))"
    ).fetchone()[0]


def test_the_marts_that_are_promised_are_published(publication, connection):
    """Exactly the marts of the exposure, under their own names."""
    exposure = publication.run.manifest()["exposures"][
        "exposure.customer_health.published_marts"
    ]
    marts = {node.split(".")[-1] for node in exposure["depends_on"]["nodes"]}
    assert set(tables_of(connection, "bi")) == marts
    folders = {path.stem for path in (publication.folder / "parquet").iterdir()}
    assert folders == marts


def test_the_duckdb_file_equals_the_warehouse(connection):
    """Row by row; signal scores for the latest days only, all else whole. Catches rows
    lost to the WAL, to a filter, or to columns in another order."""
    for mart, columns in tables_of(connection, "bi").items():
        listed = ", ".join(columns)
        condition = "true"
        if mart == "signal_scores_daily":
            condition = f"snapshot_date >= '{DAYS[-SIGNAL_DAYS]}'"
        assert not only_in_one(
            connection,
            f"select {listed} from bi.main.{mart}",
            f"select {listed} from warehouse.main.{mart} where {condition}",
        ), mart
    days = connection.execute(
        "select count(distinct snapshot_date) from bi.main.signal_scores_daily"
    ).fetchone()
    assert days == (SIGNAL_DAYS,)


def test_the_parquet_files_equal_the_warehouse(publication, connection):
    """Row by row, all days. Catches a month that was not written anew."""
    for mart, columns in tables_of(connection, "bi").items():
        listed = ", ".join(columns)
        parquet = f"{publication.folder}/parquet/{mart}.parquet"
        if (publication.folder / "parquet" / mart).is_dir():
            parquet = f"{publication.folder}/parquet/{mart}/*.parquet"
        assert not only_in_one(
            connection,
            f"select {listed} from read_parquet('{parquet}')",
            f"select {listed} from warehouse.main.{mart}",
        ), mart


def test_nothing_but_personal_columns_is_left_out(publication, connection):
    """The published columns are those of the warehouse less those marked as personal;
    catches a column that is forgotten, and a mark that is not heeded."""
    nodes = publication.run.manifest()["nodes"]
    in_warehouse = tables_of(connection, "warehouse")
    for mart, columns in tables_of(connection, "bi").items():
        described = nodes[f"model.customer_health.{mart}"]["columns"].values()
        personal = {
            column["name"]
            for column in described
            if column["config"]["meta"].get("contains_personal_data")
        }
        assert set(columns) == set(in_warehouse[mart]) - personal


def test_the_manifest_is_right(publication, manifest):
    """Row counts, sizes and sha256 of every file; no file that it does not name."""
    files = {
        str(path.relative_to(publication.folder)): path
        for path in publication.folder.rglob("*")
        if path.is_file()
        and path.name != "manifest.json"
        and path.parent.name != "dashboards"  # scripts/dashboards makes them of these
    }
    assert set(files) == set(manifest["files"])
    for name, entry in manifest["files"].items():
        content = files[name].read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], name
        assert len(content) == entry["bytes"], name
        for mart, number in entry["rows"].items():
            if name.endswith(".parquet"):
                found = number_of_rows(files[name])
            else:
                found = value(files[name], f"select count(*) from {mart}")
            assert found == number, (name, mart)
    assert manifest["as_of_date"] == str(DAYS[-1])


def test_publishing_the_same_run_again_writes_nothing(publication):
    """Catches states that differ without a change, so that readers load all anew."""
    assert publication.files_written_again == []
    before, after = publication.files_before_and_after
    assert before == after


@pytest.fixture
def changed(publication, tmp_path):
    """Copies of the warehouse, the published files and dbt's manifest, to be changed
    and published again: warehouse, folder, columns of account_health_daily, again()."""
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(publication.warehouse, warehouse)
    folder = shutil.copytree(publication.folder, tmp_path / "published")
    manifest = publication.run.manifest()
    columns = manifest["nodes"]["model.customer_health.account_health_daily"]["columns"]

    def again() -> None:
        file = tmp_path / "manifest.json"
        file.write_text(json.dumps(manifest))
        publish(warehouse, folder, file, SIGNAL_DAYS)

    return warehouse, folder, columns, again


def columns_of_files(folder, mart: str) -> list[set[str]]:
    """The columns of a mart in the DuckDB file and in each of its Parquet files."""
    found = [{name for (name, *_) in rows(folder / BI_FILE, f"describe {mart}")}]
    for file in (folder / "parquet" / mart).iterdir():
        described = duckdb.sql(f"describe select * from read_parquet('{file}')")
        found.append({name for (name, *_) in described.fetchall()})
    assert len(found) > 2, "the history has more than one month"
    return found


def test_a_column_that_becomes_personal_leaves_every_file(changed):
    """No row has changed; catches files that are kept for that, with what nobody may
    read in them."""
    _, folder, columns, again = changed
    columns["owner_id"]["config"]["meta"]["contains_personal_data"] = True
    again()
    for found in columns_of_files(folder, "account_health_daily"):
        assert "owner_id" not in found
    assert value(
        folder / ANALYST_FILE, "select count(owner_id) from account_health_daily"
    )


def test_a_new_column_reaches_every_file(changed):
    """Likewise after a migration; catches old months without the column, which nobody
    can read together with the new ones."""
    warehouse, folder, columns, again = changed
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table account_health_daily add column note string")
    columns["note"] = {
        "name": "note",
        "data_type": "string",
        "description": "",
        "config": {"meta": {}},
    }
    again()
    for found in columns_of_files(folder, "account_health_daily"):
        assert "note" in found


def test_new_words_reach_the_duckdb_file(changed):
    """Its comments are what a BI tool shows; catches descriptions of long ago."""
    _, folder, columns, again = changed
    columns["arr"]["description"] = "Said in other words."
    again()
    assert rows(
        folder / BI_FILE,
        "select comment from duckdb_columns() where column_name = 'arr' "
        "and table_name = 'account_health_daily'",
    ) == [("Said in other words.",)]


def test_older_duckdb_versions_can_read_the_file(publication):
    """The file keeps the storage version of DuckDB 1.4, which is inside BI tools."""
    for file in (BI_FILE, ANALYST_FILE):
        with duckdb.connect() as connection:
            connection.execute(f"attach '{publication.folder / file}' as f (read_only)")
            tags = connection.execute(
                "select tags from duckdb_databases() where database_name = 'f'"
            ).fetchone()[0]
        assert tags["storage_version"].startswith("v1.4"), (file, tags)


def test_the_summary_says_what_was_published(publication):
    """Who runs scripts/build sees the days, the bands and the warnings."""
    output = publication.run.output
    assert f"Published {len(DAYS)} days, {DAYS[0]} to {DAYS[-1]}" in output
    for (band,) in rows(
        publication.warehouse, "select distinct health_band from account_health_current"
    ):
        assert band.replace("_", " ") in output
