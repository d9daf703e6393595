"""What a build ends with: how accounts are, what is new, and what to know of the data.

It reads the published DuckDB file alone, so it says what readers will find there.
"""

from datetime import date, timedelta
from pathlib import Path

import duckdb
from rich import box
from rich.console import Console
from rich.table import Table

from customer_health.dbt import PROJECT

SHOWN = 5
WEEK = 7

# columns that the table of bands needs to show all, and those that it shows with fewer
WIDE = 90
IN_NARROW = (0, 1, 3, 4, 6)


def summarise(
    published: Path, written: list[str], seconds: float, console: Console
) -> None:
    """Prints the summary of what was published."""
    file = published / "customer_health.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        first, last, days = connection.execute(
            "select min(snapshot_date), max(snapshot_date),"
            " count(distinct snapshot_date) from account_health_daily"
        ).fetchone()
        console.print(
            f"\n[bold]Published {days} days, {first} to {last}[/], in {seconds:.0f} s."
            f" {plural(len(written), 'file')} changed.",
            highlight=False,
        )
        _tell_bands(connection, last, console)
        _tell_alerts(connection, last, console)
        _tell_moves(connection, last, console)
        _tell_work(connection, last, console)
        _tell_warnings(connection, console)
    _tell_what_next(published, file, console)


def _tell_bands(
    connection: duckdb.DuckDBPyConnection, last: date, console: Console
) -> None:
    """Accounts and revenue by band, and how many more than a day and a week before."""
    rows = connection.execute(
        """
        select
            health_band,
            count(case when snapshot_date = $last then 1 end) as accounts,
            count(case when snapshot_date = $day then 1 end) as a_day_ago,
            count(case when snapshot_date = $week then 1 end) as a_week_ago,
            sum(case when snapshot_date = $last then arr end) as arr,
            sum(case when snapshot_date = $week then arr end) as arr_a_week_ago,
            avg(case when snapshot_date = $last then health_score end) as score,
            avg(case when snapshot_date = $last then coverage end) as coverage
        from account_health_daily
        where snapshot_date in ($last, $day, $week)
        group by health_band
        order by avg(health_score) desc nulls last
        """,
        {
            "last": last,
            "day": last - timedelta(days=1),
            "week": last - timedelta(days=WEEK),
        },
    ).fetchall()
    # history may begin today, or this week
    had_day, had_week = (any(row[column] for row in rows) for column in (2, 3))
    table = Table(
        title=f"Accounts on {last}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    columns = [
        "band",
        "accounts",
        "in a day",
        "in a week",
        "ARR",
        "in a week",
        "score",
        "measured",
    ]
    shown = range(len(columns)) if console.width >= WIDE else IN_NARROW
    for column in shown:
        table.add_column(
            columns[column], justify="right" if column else "left", no_wrap=True
        )
    for band, accounts, day, week, arr, arr_week, score, coverage in rows:
        cells = [
            in_words(band),
            f"{accounts:,}",
            difference(accounts - day) if had_day else "–",
            difference(accounts - week) if had_week else "–",
            f"{arr or 0:,.0f}",
            difference((arr or 0) - (arr_week or 0)) if had_week else "–",
            "–" if score is None else f"{score:.1f}",
            "–" if coverage is None else f"{coverage:.0%}",
        ]
        table.add_row(*(cells[column] for column in shown))
    console.print(table)


def _tell_alerts(
    connection: duckdb.DuckDBPyConnection, last: date, console: Console
) -> None:
    """How many alerts began on the last day, and the first of them in words."""
    rows = connection.execute(
        """
        select
            alerts.severity,
            coalesce(accounts.account_name, alerts.account_id),
            alerts.account_id,
            alerts.sentence
        from health_alerts as alerts
        left join account_health_current as accounts
            on alerts.account_id = accounts.account_id
        where alerts.first_day = ?
        order by alerts.sort_order, alerts.arr_at_stake desc nulls last, 3
        """,
        [last],
    ).fetchall()
    (still_open,) = connection.execute(
        "select count(*) from health_alerts where is_open"
    ).fetchone()
    if not rows:
        console.print(
            f"[bold]No new alert.[/] {still_open:,} are open.", highlight=False
        )
        return
    severities = list(dict.fromkeys(row[0] for row in rows))
    counts = ", ".join(
        f"{sum(row[0] == severity for row in rows)} {severity}"
        for severity in severities
    )
    console.print(
        f"[bold]{plural(len(rows), 'new alert')}[/]: {counts}."
        f" {still_open:,} are open.",
        highlight=False,
    )
    for severity, name, account, sentence in rows[:SHOWN]:
        _tell_line(console, f"{severity}: {name} ({account}): {sentence}")
    _tell_more(console, len(rows))


def _tell_moves(
    connection: duckdb.DuckDBPyConnection, last: date, console: Console
) -> None:
    """Whose settled band moved since the day before, those who fell first."""
    rows = connection.execute(
        """
        with bands as (
            select health_band as band, avg(health_score) as score
            from account_health_daily group by health_band
        )
        select
            coalesce(accounts.account_name, today.account_id),
            today.account_id,
            yesterday.settled_band,
            today.settled_band,
            new_band.score < old_band.score as has_fallen
        from account_health_daily as today
        inner join account_health_daily as yesterday
            on today.account_id = yesterday.account_id
            and yesterday.snapshot_date = $day
            and today.settled_band <> yesterday.settled_band
        left join bands as new_band on today.settled_band = new_band.band
        left join bands as old_band on yesterday.settled_band = old_band.band
        left join account_health_current as accounts
            on today.account_id = accounts.account_id
        where today.snapshot_date = $last
        order by coalesce(has_fallen, true) desc, today.arr desc nulls last, 2
        """,
        {"last": last, "day": last - timedelta(days=1)},
    ).fetchall()
    if not rows:
        console.print("[bold]No settled band moved.[/]", highlight=False)
        return
    fell = sum(row[4] is True for row in rows)
    rose = sum(row[4] is False for row in rows)
    console.print(
        f"[bold]{plural(len(rows), 'settled band')} moved[/]: {fell} down, {rose} up.",
        highlight=False,
    )
    for name, account, before, now, _ in rows[:SHOWN]:
        _tell_line(
            console, f"{name} ({account}): {in_words(before)} to {in_words(now)}"
        )
    _tell_more(console, len(rows))


def _tell_work(
    connection: duckdb.DuckDBPyConnection, last: date, console: Console
) -> None:
    """How much is to be done, and by when."""
    accounts, actions, overdue, soon = connection.execute(
        """
        select
            count(distinct account_id),
            count(*),
            count(case when is_overdue then 1 end),
            count(case when not is_overdue and due_on <= ? then 1 end)
        from recommended_actions
        where state in ('open', 'in progress')
        """,
        [last + timedelta(days=WEEK)],
    ).fetchone()
    if not actions:
        console.print("[bold]Nothing is to be done.[/]", highlight=False)
        return
    console.print(
        f"[bold]{plural(actions, 'action')} to do[/] for"
        f" {plural(accounts, 'account')}: {overdue:,} overdue, {soon:,} due by"
        f" {last + timedelta(days=WEEK)}.",
        highlight=False,
    )


def _tell_warnings(connection: duckdb.DuckDBPyConnection, console: Console) -> None:
    """What to know of the data before trusting the scores."""
    warnings = [
        f"{table}: {warning}"
        for table, warning in connection.execute(
            "select source || '.' || table_name, warning from data_inventory"
            " where freshness in ('stale', 'disappeared') order by 1"
        ).fetchall()
    ]
    for column, noun, words in (
        ("unknown_values", "value", "not in the list of a column, which became other"),
        ("unreadable_values", "value", "unreadable, which count as unknown"),
        ("amounts_without_rate", "amount", "in a currency without an exchange rate"),
    ):
        warnings += _values(connection, column, noun, words)
    warnings += _without_score(connection)
    for warning in warnings:
        _tell_line(console, warning, "[bold yellow]Warning:[/] ")
    if not warnings:
        console.print("[bold]No warning about the data.[/]", highlight=False)
    rejected, rows = connection.execute(
        "select coalesce(sum(rejected_rows), 0), coalesce(sum(raw_rows), 0)"
        " from data_inventory"
    ).fetchone()
    if rejected:
        table, worst = connection.execute(
            "select source || '.' || table_name, rejected_rows / raw_rows"
            " from data_inventory where rejected_rows > 0 order by 2 desc, 1 limit 1"
        ).fetchone()
        console.print(
            f"{rejected:,.0f} of {rows:,.0f} raw rows ({rejected / rows:.1%}) were set"
            f" aside; the largest share is {worst:.1%}, of {table}.",
            highlight=False,
        )


def _values(
    connection: duckdb.DuckDBPyConnection, column: str, noun: str, words: str
) -> list[str]:
    """A warning that counts what a column of data_inventory counts, if it does."""
    tables = connection.execute(
        f"select source || '.' || table_name, {column} from data_inventory"
        f" where {column} > 0 order by 2 desc, 1"
    ).fetchall()
    if not tables:
        return []
    count = sum(row[1] for row in tables)
    named = ", ".join(row[0] for row in tables[:SHOWN])
    if len(tables) > SHOWN:
        named += f" and {len(tables) - SHOWN} more"
    return [f"{plural(count, noun)} {words}: {named}"]


def _without_score(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """A warning that counts the accounts that are not scored, if there are any."""
    accounts, arr = connection.execute(
        "select count(*), sum(arr) from account_health_current"
        " where health_score is null"
    ).fetchone()
    if not accounts:
        return []
    have = "has" if accounts == 1 else "have"
    return [
        f"{plural(accounts, 'account')} with {arr or 0:,.0f} of ARR {have} no score,"
        " since too little is measured"
    ]


def _tell_what_next(published: Path, file: Path, console: Console) -> None:
    where = "" if published == PROJECT / "published" else f" --published {published}"
    console.print(f"\nAll of it is in [bold]{file}[/]. Ask it:", highlight=False)
    for query, answer in (
        ("how_healthy_is_every_account", "every account"),
        ("what_do_i_do_on_monday", "what to do"),
        ("can_todays_data_be_trusted", "the data"),
    ):
        _tell_line(console, f"scripts/query analyses/{query}.sql{where}  # {answer}")


def _tell_line(console: Console, text: str, before: str = "  ") -> None:
    """A line with words from the data, in which brackets are no markup."""
    console.print(before, end="")
    console.print(text, highlight=False, markup=False)


def _tell_more(console: Console, rows: int) -> None:
    if rows > SHOWN:
        console.print(f"  and {rows - SHOWN} more.", highlight=False)


def difference(number: float) -> str:
    """A change with its sign; 0 is no change."""
    return f"{number:+,.0f}" if round(number) else "0"


def in_words(band: str) -> str:
    """The id of a band as people write it."""
    return band.replace("_", " ")


def plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
