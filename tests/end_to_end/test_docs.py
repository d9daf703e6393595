"""The pages in docs/ say what seeds and contracts say, and lead somewhere."""

import csv
import json
import re
import shutil

import pytest
from browser import running_browser, watch
from customer_health import generate_docs
from customer_health.docs_pages.signals import signals_page
from customer_health.docs_pages.text import anchor, marts
from customer_health.docs_site import undescribed
from customer_health.generate_docs import outdated
from laboratory import PROJECT


@pytest.fixture
def project(tmp_path):
    """A copy of what the pages are made from, to be changed."""
    for folder in ("seeds", "models", "docs"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    return tmp_path


def change(project, seed, before, after):
    file = project / "seeds" / f"{seed}.csv"
    text = file.read_text()
    assert text.count(before) == 1
    file.write_text(text.replace(before, after))


def row_of(signal, text):
    (row,) = [line for line in text.splitlines() if line.startswith(f"| `{signal}` |")]
    return row


def seed(name):
    with (PROJECT / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_pages_in_the_repository_are_current():
    """Catches a seed or contract that was changed without scripts/generate_docs."""
    assert list(outdated()) == [], "run scripts/generate_docs"


@pytest.mark.parametrize(
    ("name", "before", "after", "pages"),
    [
        (
            "health_bands",
            "healthy,Healthy,green,70",
            "healthy,Fine,green,72",
            {"docs/bands.md", "docs/crm.md"},
        ),
        ("quadrants", "Friend without proof", "Untested", {"docs/bands.md"}),
        ("score_caps", ",>,7,40,", ",>,9,45,", {"docs/bands.md"}),
        ("lifecycle_stages", ",0,90,30,", ",0,80,30,", {"docs/bands.md"}),
        ("guides", "Leaving is likely", "It leaves", {"docs/bands.md"}),
        (
            "dimensions",
            "sentiment,relationship,Sentiment,",
            "sentiment,relationship,Mood,",
            {"docs/bands.md", "docs/dimensions.md", "docs/signals.md"},
        ),
        (
            "scorecard_dimensions",
            "template_5,1,adoption,30",
            "template_5,1,adoption,33",
            {"docs/dimensions.md"},
        ),
        ("alert_rules", ">=,25,15,28", ">=,26,15,28", {"docs/alerts_and_actions.md"}),
        ("action_rules", "at_risk,,4,0.5,", "at_risk,,3,0.5,", None),
        (
            "actions",
            "Get in touch,",
            "Say hello,",
            {"docs/alerts_and_actions.md", "docs/dimensions.md", "docs/signals.md"},
        ),
        ("glossary", "A customer left", "A customer has left", {"docs/glossary.md"}),
    ],
)
def test_what_is_changed_in_a_seed_is_changed_on_its_pages(
    project, name, before, after, pages
):
    """And on no other page. Catches a page that leaves a seed out."""
    change(project, name, before, after)
    assert set(outdated(project)) == (pages or {"docs/alerts_and_actions.md"})


def test_a_column_of_a_published_mart_is_listed(project):
    """With its type and words; catches a list that is not made from the contract."""
    rows = list(csv.DictReader((PROJECT / "docs/columns.csv").open(newline="")))
    listed = {(row["mart"], row["column"]) for row in rows}
    assert listed == {
        (mart["name"], column["name"])
        for mart in marts(PROJECT)
        for column in mart["columns"]
    }
    assert all(row["type"] and row["description"] for row in rows)
    file = project / "models/marts/health/_health__models.yml"
    text = file.read_text()
    assert text.count("description: Version of the scorecard.") >= 1
    file.write_text(
        text.replace("description: Version of the scorecard.", "description: Edition.")
    )
    assert set(outdated(project)) == {"docs/columns.csv"}


def test_check_names_what_is_out_of_date(project, monkeypatch, capsys):
    """Catches a check that always passes, or writes."""
    monkeypatch.setattr(
        generate_docs, "outdated", lambda: outdated(project), raising=True
    )
    monkeypatch.setattr("sys.argv", ["generate_docs", "--check"])
    assert generate_docs.main() == 0
    (project / "docs/glossary.md").write_text("old")
    assert generate_docs.main() == 1
    said = capsys.readouterr().err
    assert "docs/glossary.md is out of date" in said
    assert "docs/bands.md" not in said
    assert (project / "docs/glossary.md").read_text() == "old"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("band,watch,", "band,wait,", "no row for band watch"),
        ("axis,impact,", "axis,value,", "no row for axis impact"),
        ("dimension,support,", "dimension,help,", "no row for dimension support"),
    ],
)
def test_what_has_no_words_is_named(project, before, after, words):
    """A band that is added without saying what to do. Catches an empty cell."""
    change(project, "guides", before, after)
    with pytest.raises(ValueError, match=words):
        outdated(project)


def test_words_without_a_band_are_named(project):
    """Catches words of what is no longer there."""
    with (project / "seeds" / "guides.csv").open("a") as file:
        file.write("band,splendid,All is well,Nothing\n")
    with pytest.raises(ValueError, match="band splendid, which is not there"):
        outdated(project)


@pytest.mark.parametrize(
    ("name", "key", "page", "form"),
    [
        ("health_bands", "band", "bands.md", "(`{}`) |"),
        ("quadrants", "quadrant", "bands.md", "(`{}`) |"),
        ("lifecycle_stages", "stage", "bands.md", "\n| `{}` |"),
        ("score_caps", "cap", "bands.md", "\n| `{}` |"),
        ("dimensions", "label", "dimensions.md", "\n## {}\n"),
        ("alert_rules", "rule", "alerts_and_actions.md", "(`{}`) |"),
        ("actions", "action", "alerts_and_actions.md", "(`{}`) |"),
        ("action_rules", "rule", "alerts_and_actions.md", "\n| `{}` |"),
        ("glossary", "term", "glossary.md", "\n| **{}** |"),
    ],
)
def test_everything_has_its_row(name, key, page, form):
    """Exactly one. Catches what a page passes over."""
    text = (PROJECT / "docs" / page).read_text()
    for row in seed(name):
        assert text.count(form.format(row[key])) == 1, row[key]


def pages_with_links():
    return [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", pages_with_links(), ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """Files are there, and so are the headings. Catches a page that was renamed."""
    for address in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in address:
            continue
        file, _, fragment = address.partition("#")
        target = page.parent / file if file else page
        assert target.exists(), f"{page.name} links to {address}"
        if fragment:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert fragment in map(anchor, headings), f"{page.name}: {address}"


@pytest.mark.parametrize("page", pages_with_links(), ids=lambda page: page.name)
def test_files_that_are_named_are_there(page):
    """Catches a command or query that a page tells to use and that is gone."""
    named = re.findall(
        r"(?<![\w/<])(?:scripts|analyses|docs|seeds|models|macros|tests)/[\w./*<>-]*\w",
        page.read_text(),
    )
    for name in named:
        if not re.search("[*<>]", name):
            assert (PROJECT / name).exists(), f"{page.name} names {name}"


def test_the_rows_that_change_a_weight_fit_their_seeds():
    """Catches a column that was added to a seed, and steps that would break it."""
    widths = {
        len((PROJECT / "seeds" / f"{name}.csv").read_text().split("\n")[0].split(","))
        for name in ("scorecards", "scorecard_dimensions")
    }
    text = (PROJECT / "docs/change_a_weight.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("default,")]
    assert {len(row) for row in csv.reader(rows)} == widths


# Signals


def test_knots_and_weight_are_those_of_the_latest_published_version(project):
    """Another version of the scorecard shows, and one that is no more than a candidate
    does not. Catches a catalogue of the first version for ever."""
    version_1 = "default,1,login_days_28d,20,linear,2,10,18,,,redistribute\n"
    for version, weight in ((2, 33), (3, 77)):
        change(
            project,
            "scorecard_signals",
            version_1,
            version_1
            + f"default,{version},login_days_28d,{weight},linear,1,2,3,4,5,neutral\n",
        )
        change(
            project,
            "scorecard_dimensions",
            "default,1,adoption,24\n",
            f"default,1,adoption,24\ndefault,{version},adoption,50\n",
        )
    with (project / "seeds" / "scorecards.csv").open("a") as file:
        selectors = "," * 7
        for version, status in ((2, "published"), (3, "candidate")):
            file.write(
                f"default,{version},0,{selectors},2030-01-01,,{status},0.4,me,why\n"
            )
    row = row_of("login_days_28d", signals_page(project))
    assert "| days | more | 1 / 2 / 3 to 4, 0 from 5 | 33 (100.0) | neutral |" in row
    assert "not in default" in row_of("arr", signals_page(project))


def test_a_signal_without_weight_is_watched(project):
    """It is counted among the signals, not among those that count."""
    weighted = "default,1,login_days_28d,20,"
    assert "| watched |" not in row_of("login_days_28d", signals_page(project))
    before = signals_page(project).split(" count** in version")[0]
    change(project, "scorecard_signals", weighted, "default,1,login_days_28d,0,")
    after = signals_page(project).split(" count** in version")[0]
    assert "| watched |" in row_of("login_days_28d", signals_page(project))
    assert int(before.rsplit("**", 1)[1]) == int(after.rsplit("**", 1)[1]) + 1


def test_the_names_that_people_read_are_there(project):
    """Catches a catalogue that knows a signal by its id alone."""
    assert "| `login_days_28d` | Days with use | Days of the last 28" in signals_page(
        project
    )
    change(project, "signals", "login_days_28d,Days with use,", "login_days_28d,Use,")
    assert "| `login_days_28d` | Use | " in signals_page(project)


def test_every_signal_is_there_once():
    """Catches a dimension without a section."""
    for row in seed("signals"):
        row_of(row["signal"], signals_page(PROJECT))


def test_every_page_is_linked():
    """Catches a page that is written and that nobody finds."""
    text = (PROJECT / "README.md").read_text()
    for page in (PROJECT / "docs").glob("*.*"):
        if page.suffix in (".md", ".csv"):
            assert f"(docs/{page.name})" in text, page.name


# dbt's own page


@pytest.fixture(scope="module")
def site(laboratory, publication):
    """What scripts/docs made: the run, the page, manifest and catalog."""
    project = laboratory.copy_project("project_docs")
    page = laboratory.folder / "docs" / "index.html"
    run = laboratory.script(
        "docs_site",
        f"--warehouse={laboratory.copy_warehouse(publication.warehouse, 'docs')}",
        f"--out={page.parent}",
        project=project,
    )
    manifest, catalog = (
        json.loads((run.target / "docs" / f"{name}.json").read_text())
        for name in ("manifest", "catalog")
    )
    return run, page, manifest, catalog


def test_every_column_is_described(site):
    """Of every table, as it is in the warehouse. Catches a column that was added to SQL
    alone, which the manifest does not know."""
    run, page, manifest, catalog = site
    assert undescribed(manifest, catalog) == []
    assert run.code == 0, run.output
    assert f"Wrote {page}" in run.output
    built = catalog["nodes"] | catalog["sources"]
    names = [name for name in built if name.startswith("model.customer_health.int_")]
    assert len(names) > 150
    assert len(built["model.customer_health.account_health_daily"]["columns"]) > 20


def test_a_column_without_words_is_named(site):
    """Of a model, a seed and a raw table; what the loader adds to these is none of
    theirs. Catches a check that looks at the catalog or at the manifest alone."""
    _, _, manifest, catalog = site
    manifest, catalog = json.loads(json.dumps([manifest, catalog]))
    model = "model.customer_health.int_account_days"
    seed = "seed.customer_health.guides"
    source = "source.customer_health.crm.accounts"
    manifest["nodes"][model]["columns"].pop("segment")
    manifest["nodes"][seed]["columns"]["means"]["description"] = " "
    manifest["nodes"][seed]["description"] = ""
    manifest["sources"][source]["columns"].pop("account_name")
    assert "_row_status" in catalog["sources"][source]["columns"]
    assert undescribed(manifest, catalog) == [
        "accounts.account_name",
        "guides",
        "guides.means",
        "int_account_days.segment",
    ]


def test_signals_have_the_words_of_their_seed(site):
    _, _, manifest, _ = site
    columns = manifest["nodes"][
        "model.customer_health.int_adoption_signals_by_account_day"
    ]["columns"]
    for row in seed("signals"):
        if row["dimension"] == "adoption":
            assert row["description"] in columns[row["signal"]]["description"]


def test_the_page_shows_words_and_lineage_without_a_network(site, laboratory):
    """In a browser: no errors, nothing that is asked for elsewhere, no path of this
    machine. Catches a page that needs files beside it."""
    _, page, _, _ = site
    assert str(laboratory.folder) not in page.read_text()
    assert [file.name for file in page.parent.iterdir()] == ["index.html"]
    with running_browser() as running:
        opened = running.new_page()
        problems = watch(opened)
        model = "model.customer_health.account_health_daily"
        opened.goto(f"{page.as_uri()}#!/model/{model}")
        opened.wait_for_selector("text=One row per account per day", timeout=120_000)
        words = opened.inner_text("body")
        opened.click('a[ng-click="onLauncherClick()"]')
        opened.wait_for_selector("text=Lineage Graph")
        opened.wait_for_function(
            "[...document.querySelectorAll('input')]"
            ".some(input => input.value === '+account_health_daily+')"
        )
        assert opened.locator(".launcher-content canvas").count() > 0
    assert "Day of the snapshot; it knows what was known by the end" in words
    assert problems == []
