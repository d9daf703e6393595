"""What a build says while it runs and at its end."""

from datetime import date, timedelta

import duckdb
import pytest
from customer_health.dbt import PROJECT
from customer_health.phases import OTHER, PHASES, phase_of
from customer_health.summary import summarise
from laboratory import DAYS
from rich.console import Console

TODAY = date(2026, 6, 30)

TABLES = """
create table account_health_daily (
    account_id text, snapshot_date date, health_score double, coverage double,
    health_band text, settled_band text, arr double
);
create table account_health_current (
    account_id text, account_name text, health_score double, arr double
);
create table health_alerts (
    account_id text, severity text, sort_order int, sentence text, first_day date,
    is_open boolean, arr_at_stake double
);
create table recommended_actions (
    account_id text, state text, is_overdue boolean, due_on date
);
create table data_inventory (
    source text, table_name text, freshness text, warning text, raw_rows bigint,
    rejected_rows bigint, unknown_values bigint, unreadable_values bigint,
    amounts_without_rate bigint
);
"""


class Published:
    """A published file that is written by hand."""

    def __init__(self, folder):
        self.folder = folder
        self.connection = duckdb.connect(str(folder / "customer_health.duckdb"))
        self.connection.execute(TABLES)

    def day(self, account, days_ago, score, band, settled=None, arr=1000):
        self.add(
            "account_health_daily",
            account,
            TODAY - timedelta(days=days_ago),
            score,
            0.8,
            band,
            settled or band,
            arr,
        )

    def account(self, account, name, score=60, arr=1000):
        self.add("account_health_current", account, name, score, arr)

    def alert(self, account, severity, order, days_ago=0, arr=0, is_open=True):
        first_day = TODAY - timedelta(days=days_ago)
        sentence = f"Something of {account}."
        self.add(
            "health_alerts", account, severity, order, sentence, first_day, is_open, arr
        )

    def action(self, account, due_in, state="open"):
        due_on = TODAY + timedelta(days=due_in)
        self.add("recommended_actions", account, state, due_in < 0, due_on)

    def table(self, name, freshness="fresh", warning=None, **counts):
        columns = ("raw", "rejected", "unknown", "unreadable", "amounts")
        values = [counts.get(column, 0) for column in columns]
        self.add("data_inventory", "crm", name, freshness, warning, *values)

    def add(self, table, *values):
        marks = ", ".join("?" * len(values))
        self.connection.execute(f"insert into {table} values ({marks})", values)

    def told(self, width=200):
        self.connection.close()
        console = Console(soft_wrap=True, width=width)
        with console.capture() as capture:
            summarise(self.folder, ["a", "b"], 12.3, console)
        return capture.get()


@pytest.fixture
def published(tmp_path):
    made = Published(tmp_path)
    made.day("a", 0, 80, "healthy")
    return made


def band(name, told):
    """The row of a band in the table."""
    (line,) = [line for line in told.splitlines() if line.startswith(f" {name} ")]
    return line.removeprefix(f" {name} ").split()


def test_accounts_and_revenue_by_band_with_their_change(published):
    """Against the day before and a week before, not the first day. Catches a change
    that is taken from another day, and a band that nobody is left in."""
    for days_ago in (1, 7, 8):
        published.day("a", days_ago, 80, "healthy")
    published.day("b", 0, 50, "at_risk", arr=300.4)
    published.day("b", 1, 50, "at_risk", arr=300)
    published.day("b", 7, 60, "watch", arr=500)
    published.day("c", 0, 45, "at_risk", arr=None)
    published.day("c", 1, 60, "watch", arr=None)
    for account in "defg":
        published.day(account, 8, 20, "critical")
    told = published.told()
    assert "Published 4 days, 2026-06-22 to 2026-06-30, in 12 s. 2 files" in told
    assert band("healthy", told) == "1 0 0 1,000 0 80.0 80%".split()
    assert band("at risk", told) == "2 +1 +2 300 +300 47.5 80%".split()
    assert band("watch", told) == "0 -1 -1 0 -500 – –".split()
    assert "critical" not in told


def test_the_best_band_is_on_top_and_no_score_at_the_end(published):
    published.day("u", 0, None, "unknown")
    published.day("c", 0, 20, "critical")
    told = published.told()
    places = [told.index(f" {name} ") for name in ("healthy", "critical", "unknown")]
    assert places == sorted(places)


def test_a_history_that_begins_today_has_no_change(published):
    """Catches a first build that says everybody came in a day."""
    assert band("healthy", published.told()) == "1 – – 1,000 – 80.0 80%".split()


def test_new_alerts_are_counted_and_the_first_are_told(published):
    """What presses most first, then most revenue. Catches alerts of other days, and a
    list without an end."""
    published.account("a", "Galley [b]Works[/b]")
    published.alert("old", "urgent", 1, days_ago=1)
    published.alert("over", "urgent", 1, days_ago=9, is_open=False)
    published.alert("last", "notice", 9)
    for account, arr in (("a", 1), ("large", 9), ("middle", 5)):
        published.alert(account, "urgent", 1, arr=arr)
    for account in ("w", "x", "y"):
        published.alert(account, "warning", 4)
    told = published.told()
    assert "7 new alerts: 3 urgent, 3 warning, 1 notice. 8 are open." in told
    assert "urgent: Galley [b]Works[/b] (a): Something of a." in told
    names = ["(large)", "(middle)", "(a)", "(w)", "(x)"]
    assert [told.index(name) for name in names] == sorted(
        told.index(name) for name in names
    )
    assert "and 2 more." in told
    assert "(y)" not in told
    assert "(old)" not in told


def test_who_fell_is_told_before_who_rose(published):
    """By the settled band, not the band of the day. Catches a move that is told up
    instead of down, and one that did not happen today."""
    published.day("a", 1, 80, "healthy")
    published.day("up", 1, 50, "watch", arr=9000)
    published.day("up", 0, 72, "healthy", arr=9000)
    published.day("down", 1, 72, "healthy", arr=10)
    published.day("down", 0, 50, "watch", arr=10)
    published.day("flutter", 1, 71, "healthy", settled="healthy")
    published.day("flutter", 0, 69, "watch", settled="healthy")
    published.day("before", 2, 71, "healthy")
    published.day("before", 1, 20, "critical")
    published.day("before", 0, 20, "critical")
    published.account("down", "Down Ltd")
    told = published.told()
    assert "2 settled bands moved: 1 down, 1 up." in told
    assert "Down Ltd (down): healthy to watch" in told
    assert told.index("(down)") < told.index("(up): watch to healthy")
    assert "flutter" not in told
    assert "(before)" not in told


def test_work_is_counted_by_when_it_is_due(published):
    """Done and lapsed are no work. Catches a week that is a day too long."""
    for due_in, state in (
        (-1, "open"),
        (0, "open"),
        (7, "in progress"),
        (8, "open"),
        (-9, "done"),
        (-9, "lapsed"),
    ):
        published.action(f"account {due_in % 2}", due_in, state)
    told = published.told()
    assert "4 actions to do for 2 accounts: 1 overdue, 2 due by 2026-07-07." in told, (
        told
    )


def test_what_to_know_of_the_data_is_told(published):
    """Catches a warning that is not passed on, and one of a table that is well."""
    published.account("a", "A", score=None, arr=1500)
    published.account("b", "B")
    published.table("cases", "stale", "no record for 40 days", raw=10)
    published.table("tasks", "disappeared", "it was there, and is gone")
    published.table("contacts", unknown=2, raw=100, rejected=1)
    published.table("accounts", unknown=3, unreadable=1, amounts=4, raw=10, rejected=1)
    published.table("trainings", warning="1 row set aside", raw=80)
    told = published.told()
    for words in (
        "Warning: crm.cases: no record for 40 days",
        "Warning: crm.tasks: it was there, and is gone",
        "Warning: 5 values not in the list of a column, which became other:"
        " crm.accounts, crm.contacts\n",
        "Warning: 1 value unreadable, which count as unknown: crm.accounts",
        "Warning: 4 amounts in a currency without an exchange rate: crm.accounts",
        "Warning: 1 account with 1,500 of ARR has no score",
        "2 of 200 raw rows (1.0%) were set aside; the largest share is 10.0%, of"
        " crm.accounts.",
    ):
        assert words in told, words
    assert told.count("Warning:") == 6
    assert "No warning" not in told


def test_when_nothing_is_new_it_says_so(published):
    """Catches silence, which looks like a part that was forgotten."""
    published.day("a", 1, 80, "healthy")
    told = published.told()
    for words in (
        "No new alert. 0 are open.",
        "No settled band moved.",
        "Nothing is to be done.",
        "No warning about the data.",
    ):
        assert words in told
    assert "set aside" not in told


def test_it_fits_a_narrow_terminal(published):
    """The table has fewer columns, and cuts off no figure."""
    published.day("b", 0, 50, "at_risk", arr=123456789)
    told = published.told(width=60)
    assert band("at risk", told) == "1 – 123,456,789 50.0".split()
    table = told.split("Accounts on")[1].split("No new alert")[0]
    assert max(len(line) for line in table.splitlines()) <= 60


def test_it_can_be_asked_where_it_was_published(published):
    """Commands name the folder, unless it is the usual one."""
    told = published.told()
    assert (
        "scripts/query analyses/what_do_i_do_on_monday.sql"
        f" --published {published.folder}" in told
    )
    for line in told.splitlines():
        if "scripts/query" in line:
            assert (PROJECT / line.split()[1]).exists(), line


def test_a_real_publication_is_summed_up(publication):
    """All columns that it asks for are published. Catches a mart that changed."""
    console = Console(soft_wrap=True, width=200)
    with console.capture() as capture:
        summarise(publication.folder, [], 1, console)
    told = capture.get()
    assert f"Published {len(DAYS)} days, {DAYS[0]} to {DAYS[-1]}" in told
    with duckdb.connect(
        str(publication.folder / "customer_health.duckdb"), read_only=True
    ) as connection:
        accounts = dict(
            connection.execute(
                "select replace(health_band, '_', ' '), count(*)"
                " from account_health_current group by 1"
            ).fetchall()
        )
        (alerts,) = connection.execute(
            "select count(*) from health_alerts where first_day = ?", [DAYS[-1]]
        ).fetchone()
    for name, number in accounts.items():
        assert band(name, told)[0] == str(number)
    assert (f"{alerts} new alert" if alerts else "No new alert") in told
    assert "to do for" in told
    assert "were set aside" in told


# Phases


@pytest.mark.parametrize(
    ("resource_type", "path", "words"),
    [
        ("seed", "signals.csv", "Loading the policy"),
        ("model", "staging/crm/stg_crm__cases.sql", "Cleaning sources: crm"),
        ("model", "intermediate/support/int_x.sql", "Measuring signals: support"),
        ("model", "intermediate/scoring/int_x.sql", "Scoring"),
        ("model", "marts/health/account_health_daily.sql", "Writing tables: health"),
        ("test", "generic/unique_key_x.sql", "Checking what was computed"),
        ("unit_test", "marts/health/_x.yml", "Trying the SQL on examples"),
        ("operation", "hooks/x.sql", "Reading raw tables"),
        ("exposure", "marts/_exposures.yml", "Naming who reads the tables"),
        ("snapshot", "x.sql", OTHER),
    ],
)
def test_a_node_has_a_phase_in_words(resource_type, path, words):
    assert phase_of(resource_type, path) == words


def test_every_model_has_a_phase_of_its_own_folder():
    """A new folder is no dimension unless seeds say so. Catches wrong words."""
    dimensions = {
        line.split(",")[0]
        for line in (PROJECT / "seeds/dimensions.csv").read_text().splitlines()[1:]
    }
    for file in (PROJECT / "models").rglob("*.sql"):
        path = file.relative_to(PROJECT / "models").as_posix()
        assert phase_of("model", path) != OTHER, path
        layer, folder, _ = path.split("/")
        if layer == "intermediate":
            assert (folder in dimensions) != (f"intermediate/{folder}" in PHASES), path


def test_a_build_tells_its_phases(publication):
    """Once, as they begin. Catches events of dbt without what is asked of them."""
    lines = [line.strip() for line in publication.run.output.splitlines()]
    phases = [
        "Reading raw tables",
        "Cleaning sources: crm",
        "Finding the days to score, and what was true on them",
        "Measuring signals: support",
        "Writing tables: health",
    ]
    assert [lines.index(phase) for phase in phases] == sorted(
        lines.index(phase) for phase in phases
    )
    assert lines.count("Scoring") == 1
