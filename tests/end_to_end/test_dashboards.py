"""The pages show what is published, in a browser without a network."""

import re
import shutil
from datetime import date

import duckdb
import pytest
import yaml
from browser import Visit, everything, running_browser
from customer_health import build
from customer_health.browser import chromium
from customer_health.colours import BAND_COLOURS, BAND_SYMBOLS
from customer_health.dashboards import NoDashboards, making
from customer_health.dashboards.pages import PAGES
from customer_health.dashboards.validation import NOT_YET
from customer_health.dbt import PROJECT
from laboratory import AS_OF, rows, value

CANARIES = ("kanarienvogel", "canary.example")
HTML = "<img src=x onerror=alert(1)> & <b>Sons</b></script>"
SETTINGS = {
    "dashboard_accounts": 10000,
    "dashboard_days": 90,
    "reporting_currency": "USD",
}
# six days are too few for some; all that is not here must have marks
WITHOUT_HISTORY = {"movement_28", "movement_90"}
EVALUATED_ON = date(2025, 5, 31)
KEYS = {
    "evaluated_on": EVALUATED_ON,
    "outcome": "lost",
    "horizon_days": 90,
    "lead_days": 7,
    "slice": "all",
    "slice_value": "all",
}
AUC = {"auc": 0.7, "auc_low": 0.6, "auc_high": 0.8, "verdict": "better than chance"}


@pytest.fixture(scope="module")
def chrome():
    with running_browser() as running:
        yield running


def copy_of(publication, folder):
    """What is published, to be changed, without its pages."""
    folder.mkdir()
    for name in ("customer_health.duckdb", "manifest.json"):
        shutil.copy(publication.folder / name, folder / name)
    return folder


def insert(connection, mart, **values):
    connection.execute(
        f"insert into {mart} ({', '.join(values)})"
        f" values ({', '.join('?' * len(values))})",
        list(values.values()),
    )


def plant_evaluation(connection):
    """An evaluation, which six days cannot have."""
    for mart in (
        "backtest_metrics",
        "backtest_bands",
        "band_outcomes",
        "signal_predictiveness",
        "score_drift",
    ):
        connection.execute(f"delete from {mart}")
    counts = {"observations": 400, "accounts": 90, "outcomes": 40, "run_id": "run"}
    for predictor, slice, slice_value in (
        ("health_score", "all", "all"),
        ("health_score", "observation_date", "2025-01-31"),
        ("health_score", "observation_date", "2025-02-28"),
        ("dimension_adoption", "all", "all"),
    ):
        insert(
            connection,
            "backtest_metrics",
            **KEYS | {"slice": slice, "slice_value": slice_value},
            predictor=predictor,
            comparison="pooled",
            lift_worst_decile=3.1,
            difference_low=-0.2,
            difference_high=-0.1,
            **counts,
            **AUC,
        )
    for band, share in (("healthy", 0.01), ("critical", 0.14)):
        insert(
            connection,
            "backtest_bands",
            **KEYS,
            predictor="published_health_score",
            health_band=band,
            precision=share,
            expected_probability=share,
            **counts,
        )
        insert(
            connection,
            "band_outcomes",
            evaluated_on=EVALUATED_ON,
            observed_until=EVALUATED_ON,
            settled_band=band,
            renewal_bucket="0d_to_30d",
            outcome="churned",
            observations=50,
            outcomes=10,
            based_on="band",
            based_on_renewals=50,
            probability=0.2,
            run_id="run",
        )
    insert(
        connection,
        "signal_predictiveness",
        evaluated_on=EVALUATED_ON,
        signal="login_days_28d",
        outcome="lost",
        label="Days with use",
        dimension="adoption",
        better="more",
        rank_in_outcome=1,
        weight=0.05,
        used_from_days_before_outcome=0,
        may_know_outcome=False,
        observations=400,
        coverage=0.9,
        accounts=90,
        accounts_with_outcome=40,
        **AUC | {"verdict": "predicts"},
    )
    for month in (date(2025, 4, 30), EVALUATED_ON):
        insert(
            connection,
            "score_drift",
            evaluated_on=EVALUATED_ON,
            subject="health_score",
            month_end=month,
            label="Health score",
            is_reference=False,
            drift="stable",
            accounts=90,
            share_unknown=0,
            psi=0.03,
            psi_by_chance=0.1,
        )


@pytest.fixture(scope="module")
def folder(publication, tmp_path_factory):
    """Pages of what is published, with an evaluation, and a name that is HTML."""
    folder = copy_of(publication, tmp_path_factory.mktemp("dashboards") / "published")
    with duckdb.connect(str(folder / "customer_health.duckdb")) as connection:
        # constraints are not published; what is planted need not be complete
        plant_evaluation(connection)
        for mart in ("account_health_current", "csm_work_list"):
            connection.execute(
                f"update {mart} set account_name = ? where account_id ="
                " (select account_id from csm_work_list order by place limit 1)",
                [HTML],
            )
    making.make(folder, SETTINGS)
    return folder


@pytest.fixture(scope="module")
def pages(folder):
    return folder / "dashboards"


def ask(folder, query, *parameters):
    return rows(folder / "customer_health.duckdb", query, *parameters)


@pytest.mark.parametrize("name", PAGES)
def test_every_panel_shows_something(chrome, pages, name):
    """Marks in all charts, rows in all tables, nothing from a network, no error."""
    with Visit(chrome, pages / f"{name}.html") as visit:
        words = visit.words()
        assert set(words) <= WITHOUT_HISTORY, words
        marks = visit.marks()
        assert all(number > 0 for number in marks.values()), marks
        sections = visit.page.locator("section").count()
        assert sections and sections == visit.page.locator("section h2").count()
        for table in visit.page.locator("div[id^=table_] tbody").all():
            assert table.locator("tr").count() > 0
        assert f"as of {AS_OF}" in visit.text("header")
        assert visit.problems == []


def test_an_account_is_chosen_by_its_address(chrome, folder, pages):
    """Name, score and drill-down are those of the account that is asked for."""
    first, second = ask(
        folder,
        "select account_id, account_name, round(health_score, 1)"
        " from account_health_current where account_name not like '%<%'"
        " and health_score is not null order by health_score limit 1",
    ) + ask(
        folder,
        "select account_id, account_name, round(health_score, 1)"
        " from account_health_current where account_name not like '%<%'"
        " order by health_score desc nulls last limit 1",
    )
    with Visit(chrome, pages / "account.html", f"#{first[0]}") as visit:
        seen = []
        for account_id, name, score in (first, second):
            visit.choose(account_id)
            assert visit.text("#name") == name
            assert f"{score:.1f}" in visit.text("#figures")
            found = {
                row.split("\t")[0]: row for row in visit.texts("#dimensions tbody tr")
            }
            labels = dimension_labels()
            expected = {
                labels[dimension]
                for (dimension,) in ask(
                    folder,
                    "select dimension from dimension_scores_daily"
                    " where account_id = ? and snapshot_date = ?",
                    account_id,
                    AS_OF,
                )
            }
            assert set(found) == expected
            seen.append(
                [
                    visit.text(place)
                    for place in ("#figures", "#dimensions", "#drivers_words", "#drill")
                ]
            )
        assert all(one != other for one, other in zip(*seen, strict=True))
        assert visit.problems == []


def dimension_labels() -> dict[str, str]:
    text = (PROJECT / "seeds" / "dimensions.csv").read_text().splitlines()[1:]
    return {line.split(",")[0]: line.split(",")[2] for line in text}


def test_a_dimension_shows_its_signals_and_a_signal_its_course(chrome, folder, pages):
    """Click by click: the signals are those of the dimension, with their scores."""
    account_id, *_ = ask(
        folder, "select account_id from csm_work_list order by place limit 1"
    )[0]
    labels = dimension_labels()
    with Visit(chrome, pages / "account.html", f"#{account_id}") as visit:
        lists = {}
        for button in visit.page.locator("#dimensions button").all():
            button.click()
            label = button.inner_text()
            dimension = next(name for name, said in labels.items() if said == label)
            expected = {
                signal: score
                for signal, score in ask(
                    folder,
                    "select signal, round(score, 1) from signal_scores_daily"
                    " where account_id = ? and snapshot_date = ? and dimension = ?"
                    " and weight > 0",
                    account_id,
                    AS_OF,
                    dimension,
                )
            }
            shown = {
                row.get_attribute("data-signal"): row.locator("td").all_inner_texts()
                for row in visit.page.locator("#signals tbody tr").all()
            }
            assert set(expected) <= set(shown), dimension
            for signal, score in expected.items():
                assert float(shown[signal][2]) == pytest.approx(score), signal
                assert "measured" in shown[signal][5]
            assert label in visit.text("#signals_title")
            lists[label] = tuple(shown)
        assert len(set(lists.values())) == len(lists) > 2
        courses = set()
        visit.page.locator("#dimensions button").first.click()
        for button in visit.page.locator("#signals button").all()[:3]:
            button.click()
            assert button.inner_text() in visit.text("#course_title")
            courses.add(visit.text("#course_title"))
        assert len(courses) == 3
        assert visit.problems == []


def test_the_chooser_finds_accounts(chrome, folder, pages):
    """By part of the name; the link goes there."""
    account_id, name = ask(
        folder,
        "select account_id, account_name from account_health_current"
        " where account_name not like '%<%' order by account_id desc limit 1",
    )[0]
    with Visit(chrome, pages / "account.html") as visit:
        visit.page.fill("#search", f"{name.lower()[:-1]} {account_id}")
        assert visit.page.locator("#found a").count() == 1
        visit.page.locator("#found a").click()
        visit.page.wait_for_selector(f"body[data-account='{account_id}']")
        assert visit.text("#name") == name
        visit.page.fill("#search", "nobody is called like this")
        assert visit.page.locator("#found a").count() == 0


def test_the_work_list_is_filtered_sorted_and_leads_to_accounts(chrome, folder, pages):
    """By owner; a click on a heading sorts; a name opens the account's page."""
    owner, number = ask(
        folder,
        "select owner_id, count(*) from csm_work_list group by 1"
        " having count(*) between 2 and 25 order by 2, 1 limit 1",
    )[0]
    with Visit(chrome, pages / "work_list.html") as visit:
        table = visit.page.locator("#table_accounts")
        table.locator("select[data-filter=owner_id]").select_option(owner)
        assert table.locator("tbody tr").count() == number
        for _ in range(2):
            table.locator("th button", has_text="Score").click()
        scores = [
            float(text)
            for text in table.locator("tbody td:nth-child(5)").all_inner_texts()
            if text
        ]
        assert scores == sorted(scores)
        name = table.locator("tbody a").first.inner_text()
        table.locator("tbody a").first.click()
        visit.page.wait_for_selector("body[data-account]")
        assert visit.text("#name") == name


def test_names_are_text_and_never_html(chrome, folder, pages):
    """Neither in tables nor in the chooser nor as a heading."""
    for file in pages.glob("*.html"):
        assert "<img" not in file.read_text().split("</head>")[1].split("<script>")[0]
    with Visit(chrome, pages / "index.html") as visit:
        assert HTML in visit.text()
        assert visit.page.locator("main img, main b b").count() == 0
        visit.page.locator("#table_first a", has_text="Sons").click()
        visit.page.wait_for_selector("body[data-account]")
        assert visit.text("#name") == HTML
        visit.page.fill("#search", "sons")
        assert HTML in visit.text("#found")
        assert visit.page.locator("main img").count() == 0
        assert visit.problems == []


def test_no_personal_data_is_in_a_page(publication, pages):
    """Nor packed: the search finds what is packed, since account ids are."""
    account_id = value(
        publication.warehouse, "select min(account_id) from account_health_current"
    )
    for file in [*pages.glob("*.html"), *publication.folder.glob("dashboards/*.html")]:
        text = everything(file).lower()
        assert not any(canary in text for canary in CANARIES), file
        if file.stem == "account":
            assert account_id in text and account_id not in file.read_text().lower()


def test_days_are_those_of_the_reader_everywhere(chrome, pages):
    """A day west of Greenwich is the same day."""
    for zone in ("UTC", "America/Los_Angeles", "Pacific/Auckland"):
        with Visit(chrome, pages / "portfolio.html", zone=zone) as visit:
            said = visit.page.eval_on_selector_all(
                "#chart_bands_over_time .role-mark path[aria-label]",
                "marks => marks.map((mark) => mark.getAttribute('aria-label'))",
            )
            day = f"day: {AS_OF.day} {AS_OF:%b};"
            assert any(one.startswith(day) for one in said), (zone, said)


@pytest.mark.parametrize("left", ["health", "nothing"])
def test_what_is_missing_is_said(chrome, publication, tmp_path, left):
    """Empty marts make words, not broken pages: all but the health, then all."""
    folder = copy_of(publication, tmp_path / "published")
    with duckdb.connect(str(folder / "customer_health.duckdb")) as connection:
        for (mart,) in connection.execute(
            "select table_name from duckdb_tables()"
        ).fetchall():
            if left == "nothing" or not mart.startswith("account_health"):
                connection.execute(f"delete from {mart}")
        if left == "health":
            connection.execute("drop table csm_work_list")
            for mart in ("account_health_current", "account_health_daily"):
                connection.execute(
                    f"update {mart} set health_score = null, arr = null,"
                    " uncapped_health_score = null, settled_band = 'unknown',"
                    " health_band = 'unknown', owner_id = null, segment = null"
                )
    making.make(folder, SETTINGS)
    for name in PAGES:
        with Visit(chrome, folder / "dashboards" / f"{name}.html") as visit:
            assert visit.problems == [], name
            text = visit.text()
            assert not re.search(r"\b(undefined|NaN|null|None|Infinity)\b", text), text
            charts = visit.marks()
            empty = [key for key, number in charts.items() if not number]
            assert set(empty) <= set(visit.words()) | {"course"}, name
            if name == "validation":
                assert set(visit.words().values()) == {NOT_YET}
            if name == "account" and left == "nothing":
                assert "there is none to choose" in text
            if name == "account" and left == "health":
                assert "too little is measured" in text


def test_more_accounts_than_there_is_room_for(publication, folder, tmp_path):
    """The largest and those in the worst bands stay, and the page says so."""
    copy = copy_of(publication, tmp_path / "published")
    making.make(copy, SETTINGS | {"dashboard_accounts": 10})
    text = everything(copy / "dashboards" / "account.html")
    total, largest, worst = ask(
        copy,
        "select count(*), max_by(account_id, arr),"
        " min_by(account_id, (health_score >= 40, -arr))"
        " from account_health_current where health_score is not null",
    )[0]
    total = ask(copy, "select count(*) from account_health_current")[0][0]
    assert f"{total - 10} are left out" in text
    kept = {
        account_id
        for (account_id,) in ask(copy, "select account_id from account_health_current")
        if f'"account_id":"{account_id}"' in text
    }
    assert len(kept) == 10 and {largest, worst} <= kept


def test_a_build_makes_the_pages_and_says_where(publication):
    assert "dashboards/index.html" in publication.run.output
    made = {path.stem for path in (publication.folder / "dashboards").iterdir()}
    assert made == set(PAGES)


def test_what_fails_is_said_and_published_all_the_same(tmp_path, capsys):
    """A message that says what to do, and no trace of Python."""
    assert not build.make_dashboards(tmp_path, SETTINGS)
    said = capsys.readouterr().out
    assert "The marts are published" in said and "scripts/dashboards" in said
    assert "Traceback" not in said
    with pytest.raises(NoDashboards, match="Run scripts/build first"):
        making.make(tmp_path, SETTINGS)
    with duckdb.connect(str(tmp_path / "customer_health.duckdb")) as connection:
        connection.execute("create table account_health_current (a int)")
        connection.execute("create table account_health_daily (snapshot_date date)")
    with pytest.raises(NoDashboards, match="run scripts/build again"):
        making.make(tmp_path, SETTINGS)


def test_every_page_has_an_exposure_that_names_its_marts():
    """Of the marts that its module asks, none is missing, and no other is named."""
    text = (PROJECT / "models" / "marts" / "_exposures.yml").read_text()
    exposures = {
        exposure["description"].split()[0].split("/")[1].removesuffix(".html"): {
            ref[5:-2] for ref in exposure["depends_on"]
        }
        for exposure in yaml.safe_load(text)["exposures"]
        if exposure["name"].startswith("dashboard_")
    }
    assert set(exposures) == set(PAGES)
    marts = {path.stem for path in (PROJECT / "models" / "marts").rglob("*.sql")}
    for name, named in exposures.items():
        module = "overview" if name == "index" else name
        source = (making.account.pages.HERE / f"{module}.py").read_text()
        asked = set(re.findall(r"\b\w+\b", source)) & marts
        assert asked <= named, name
        assert named - asked <= {"account_health_daily", "policy_ledger"}, name


# Vienot, Brettel and Mollon (1999): what is left of linear red, green and blue
SEEN_BY = {
    "everybody": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopes": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.004, -0.004, 1]],
    "deuteranopes": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.022, 0.022, 1]],
}


def lab(linear: list[float]) -> tuple[float, float, float]:
    """A colour in CIELAB, in which distances are what eyes see."""
    xyz = [
        sum(weight * part for weight, part in zip(line, linear, strict=True)) / white
        for line, white in (
            ((0.4124, 0.3576, 0.1805), 0.9505),
            ((0.2126, 0.7152, 0.0722), 1),
            ((0.0193, 0.1192, 0.9505), 1.089),
        )
    ]
    x, y, z = (
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("eyes", SEEN_BY)
def test_bands_are_told_apart_by_all_eyes(eyes):
    """By their colours; and by their symbols, whatever the colours are."""
    seen = {}
    for band, colour in BAND_COLOURS.items():
        linear = [
            (int(colour[place : place + 2], 16) / 255) ** 2.2 for place in (1, 3, 5)
        ]
        seen[band] = lab(
            [
                max(0, sum(w * part for w, part in zip(line, linear, strict=True)))
                for line in SEEN_BY[eyes]
            ]
        )
    for one in seen:
        for other in seen:
            if one < other:
                distance = sum(
                    (a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)
                )
                assert distance**0.5 > 15, (one, other, distance**0.5)
    assert len(set(BAND_SYMBOLS.values())) == len(BAND_SYMBOLS)


def test_there_is_a_browser_where_ci_runs(monkeypatch):
    """In CI pages must be looked at; elsewhere the message says what to install."""
    monkeypatch.setenv("PATH", "")
    assert chromium() is None
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        with running_browser():
            pass
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        with running_browser():
            pass
