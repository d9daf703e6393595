"""portfolio.html: how all accounts are, how that moves, which revenue is at risk."""

from datetime import timedelta

import altair as alt

from customer_health.colours import GREY, INK, SCORE
from customer_health.dashboards.charts import (
    HALF,
    WIDTH,
    band_colour,
    band_shape,
    finished,
    moment,
    stacked_by_band,
    with_bands,
)
from customer_health.dashboards.pages import Panel, Table, panel
from customer_health.dashboards.published import Published
from customer_health.formats import count, money, words

NO_ACCOUNT = "No account is a customer on the last day, so there is nothing to show."
# a chart with more bars is no chart; the table has all
SHOWN_OWNERS = 25
SHOWN_QUARTERS = 8


def panels(published: Published, days: int, currency: str) -> list[Panel]:
    return [
        _bands(published, currency),
        _bands_over_time(published, days),
        _score_over_time(published, days),
        _movement(published, 28),
        _movement(published, 90),
        _by(published, "segment", "segment", currency),
        _by(published, "owner_id", "owner", currency),
        _renewals(published, currency),
    ]


def poor_bands(published: Published) -> list[str]:
    """The two bands with the lowest limits."""
    limited = [band for band in published.bands if band.min_score is not None]
    return [band.band for band in limited[-2:]] if len(limited) > 2 else []


def _labels(published: Published, names: list[str]) -> str:
    return " or ".join(
        band.label.lower() for band in published.bands if band.band in names
    )


def _bands(published: Published, currency: str) -> Panel:
    rows = published.rows(
        "select health_band, count(*) as accounts, sum(coalesce(arr, 0)) as arr,"
        " avg(health_score) as mean_score from account_health_current group by 1"
    )
    rows = with_bands(rows, published.bands)
    rows.sort(key=lambda row: row["band_place"])
    accounts = sum(row["accounts"] for row in rows)
    arr = sum(row["arr"] for row in rows)
    poor = poor_bands(published)
    of_poor = [row for row in rows if row["health_band"] in poor]
    title = "Accounts and revenue by band"
    if accounts and poor:
        held = sum(row["arr"] for row in of_poor) / arr if arr else None
        title = (
            f"{count(sum(row['accounts'] for row in of_poor))} of {count(accounts)}"
            f" accounts are {_labels(published, poor)}"
        )
        if held is not None:
            title += f" and hold {held:.0%} of the ARR"
    return panel(
        "bands",
        title,
        rows,
        NO_ACCOUNT,
        f"Bands of the last day. ARR: annual recurring revenue in {currency}; accounts"
        " without a known ARR count as 0.",
        chart=_two_bars(rows, published, currency),
        table=Table(
            [
                ("health_band", "Band", "band"),
                ("accounts", "Accounts", "count"),
                ("arr", f"ARR, {currency}", "money"),
                ("mean_score", "Mean score, 0 to 100", "points"),
            ],
            rows,
        ),
    )


def _two_bars(rows: list[dict], published: Published, currency: str):
    def bars(value: str, title: str, form: str):
        base = alt.Chart(alt.Data(values=rows)).encode(
            y=alt.Y(
                "band_title:N",
                sort=[band.title for band in published.bands],
                title=None,
            ),
            x=alt.X(f"{value}:Q", title=title, axis=alt.Axis(format="~s")),
        )
        return (
            base.mark_bar().encode(color=band_colour(published.bands, legend=None))
            + base.mark_text(align="left", dx=4, color=INK).encode(
                text=alt.Text(f"{value}:Q", format=form)
            )
        ).properties(width=HALF - 80, height=36 * max(1, len(rows)))

    return finished(
        alt.hconcat(
            bars("accounts", "accounts", ",.0f"),
            bars("arr", f"ARR, {currency}", ".3~s"),
            spacing=40,
        )
    )


def _bands_over_time(published: Published, days: int) -> Panel:
    rows = _since(
        published,
        "select snapshot_date, health_band, count(*) as accounts"
        " from account_health_daily where snapshot_date > ?"
        " group by all order by all",
        days,
    )
    rows = with_bands(rows, published.bands)
    first, last = _ends(rows)
    poor = poor_bands(published)

    def accounts(day):
        return sum(
            row["accounts"]
            for row in rows
            if row["snapshot_date"] == day and row["health_band"] in poor
        )

    title = "Accounts by band, day by day"
    if rows and first != last and poor:
        title = (
            f"{count(accounts(first))} accounts were {_labels(published, poor)} on"
            f" {first}, {count(accounts(last))} are on {last}"
        )
    for row in rows:
        row["day"] = moment(row.pop("snapshot_date"))
        row["is_marked"] = row["day"] == moment(last)
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", grid=False)),
        y=alt.Y("accounts:Q", title="accounts"),
        color=band_colour(published.bands, legend=None),
    )
    ends = base.transform_filter("datum.is_marked")
    chart = finished(
        alt.layer(
            base.mark_line(strokeWidth=2.5).encode(
                tooltip=["day:T", "band_title:N", "accounts:Q"]
            ),
            ends.mark_point(filled=True, size=70).encode(
                shape=band_shape(published.bands)
            ),
            ends.mark_text(align="left", dx=9, fontSize=12).encode(
                text="band_title:N", color=alt.value(INK)
            ),
        ).properties(width=WIDTH, height=240)
    )
    return panel(
        "bands_over_time",
        title,
        rows,
        "No day is scored yet.",
        f"The last {days} days; the band of each day, not the settled one.",
        chart=chart,
    )


def _score_over_time(published: Published, days: int) -> Panel:
    rows = _since(
        published,
        "select snapshot_date,"
        " sum(health_score_sum) / nullif(sum(scored_accounts), 0) as by_account,"
        " sum(arr_health_score_sum) / nullif(sum(scored_arr), 0) as by_arr"
        " from portfolio_health_daily where snapshot_date > ? group by 1 order by 1",
        days,
        "portfolio_health_daily",
    )
    known = [row for row in rows if row["by_account"] is not None]
    title = "The mean score, day by day"
    if len(known) > 1:
        before, after = known[0]["by_account"], known[-1]["by_account"]
        first_day, last_day = known[0]["snapshot_date"], known[-1]["snapshot_date"]
        title = (
            f"The mean score is {after:.1f}, as on {first_day}"
            if f"{before:.1f}" == f"{after:.1f}"
            else f"The mean score went from {before:.1f} on {first_day}"
            f" to {after:.1f} on {last_day}"
        )
    last = max((row["snapshot_date"] for row in known), default=None)
    points_ = [
        {
            "day": moment(row["snapshot_date"]),
            "mean": label,
            "score": round(row[column], 2),
            "is_last": row["snapshot_date"] == last,
        }
        for row in known
        for column, label in (("by_account", "of accounts"), ("by_arr", "of revenue"))
        if row[column] is not None
    ]
    base = alt.Chart(alt.Data(values=points_)).encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", grid=False)),
        y=alt.Y("score:Q", title="score, 0 to 100", scale=alt.Scale(zero=False)),
        color=alt.Color(
            "mean:N",
            scale=alt.Scale(domain=["of accounts", "of revenue"], range=[SCORE, GREY]),
            legend=None,
        ),
    )
    chart = finished(
        alt.layer(
            base.mark_line(strokeWidth=2.5).encode(
                strokeDash=alt.StrokeDash("mean:N", legend=None),
                tooltip=["day:T", "mean:N", "score:Q"],
            ),
            base.transform_filter("datum.is_last")
            .mark_text(align="left", dx=6, fontSize=12)
            .encode(text="mean:N", color=alt.value(INK)),
        ).properties(width=WIDTH, height=200)
    )
    return panel(
        "score_over_time",
        title,
        points_,
        "No account has a score yet: too little is measured.",
        "Mean over accounts with a score, and the mean weighted with their ARR: where"
        " the second is lower, large accounts are worse off.",
        chart=chart,
    )


def _movement(published: Published, days: int) -> Panel:
    rows = published.rows(
        "select changes.first_health_band, changes.health_band,"
        " count(*) as accounts, sum(coalesce(present.arr, 0)) as arr"
        " from health_changes as changes"
        " left join account_health_current as present"
        " on changes.account_id = present.account_id"
        " where changes.period_days = ? and changes.first_health_band is not null"
        " group by all",
        [days],
        "health_changes",
    )
    place = {band.band: number for number, band in enumerate(published.bands)}
    title_of = {band.band: band.title for band in published.bands}
    scored = [band.band for band in published.bands if band.min_score is not None]
    down, up = (
        sum(
            row["accounts"]
            for row in rows
            if {row["first_health_band"], row["health_band"]} <= set(scored)
            and sign * (place[row["health_band"]] - place[row["first_health_band"]]) > 0
        )
        for sign in (1, -1)
    )
    moved = [
        {
            "before": title_of.get(row["first_health_band"], "unknown"),
            "after": title_of.get(row["health_band"], "unknown"),
            "accounts": row["accounts"],
            "arr": row["arr"],
            "way": "stayed"
            if row["first_health_band"] == row["health_band"]
            else "gained or lost a score"
            if not {row["first_health_band"], row["health_band"]} <= set(scored)
            else "worse"
            if place[row["health_band"]] > place[row["first_health_band"]]
            else "better",
        }
        for row in rows
    ]
    titles = [band.title for band in published.bands]
    base = alt.Chart(alt.Data(values=moved)).encode(
        x=alt.X(
            "after:N",
            sort=titles,
            scale=alt.Scale(domain=titles),
            title="now",
            axis=alt.Axis(orient="top", labelAngle=0),
        ),
        y=alt.Y(
            "before:N",
            sort=titles,
            scale=alt.Scale(domain=titles),
            title=f"{days} days ago",
        ),
    )
    chart = finished(
        alt.layer(
            base.mark_rect(stroke="white", strokeWidth=2).encode(
                color=alt.Color(
                    "way:N",
                    scale=alt.Scale(
                        domain=["better", "stayed", "worse", "gained or lost a score"],
                        range=["#a6cee3", "#e7ecf0", "#f4b183", "#d9d2e9"],
                    ),
                    legend=alt.Legend(title=None, orient="right"),
                ),
                tooltip=[
                    "before:N",
                    "after:N",
                    alt.Tooltip("accounts:Q", format=","),
                    alt.Tooltip("arr:Q", title="ARR", format=",.0f"),
                ],
            ),
            base.mark_text(fontSize=14, color=INK).encode(
                text=alt.Text("accounts:Q", format=",")
            ),
        ).properties(width=480, height=200)
    )
    return panel(
        f"movement_{days}",
        f"In {days} days {count(down)} accounts went to a worse band and {count(up)} to"
        " a better one",
        moved,
        f"No account has a score of {days} days ago: history is too short.",
        "Each number: accounts that went from the band of the row to that of the"
        " column.",
        chart=chart,
    )


def _by(published: Published, column: str, name: str, currency: str) -> Panel:
    rows = published.rows(
        f"select coalesce({column}, 'none') as part, health_band,"
        " count(*) as accounts, sum(coalesce(arr, 0)) as arr"
        " from account_health_current group by all"
    )
    rows = with_bands(rows, published.bands)
    poor = poor_bands(published)
    name_of = str if column == "owner_id" else words
    totals = published.rows(
        f"select coalesce({column}, 'none') as part, count(*) as accounts,"
        " sum(coalesce(arr, 0)) as arr, avg(health_score) as mean_score,"
        " sum(arr) filter (where list_contains(?::varchar[], health_band)) as poor_arr,"
        " count(*) filter (where list_contains(?::varchar[], health_band))"
        " as poor_accounts"
        " from account_health_current group by 1"
        " order by poor_arr desc nulls last, part",
        [poor, poor],
    )
    shown = [row["part"] for row in totals][:SHOWN_OWNERS]
    for row in rows:
        row["label"] = f"{row['symbol']} {row['accounts']}"
        row["shown"] = name_of(row["part"])
    worst = next((row for row in totals if row["poor_arr"]), None)
    title = f"Bands by {name}"
    if worst:
        title = (
            f"By {name}: {name_of(worst['part'])} has most revenue in poor health,"
            f" {currency} {money(worst['poor_arr'])}"
        )
    note = f"Shares of accounts; poor health is {_labels(published, poor)}."
    if len(totals) > SHOWN_OWNERS:
        note += f" The chart shows the {SHOWN_OWNERS} with most, the table all."
    return panel(
        f"by_{name}",
        title,
        rows,
        NO_ACCOUNT,
        note,
        chart=stacked_by_band(
            [row for row in rows if row["part"] in shown],
            published.bands,
            "shown",
            "",
            "accounts",
            "share of accounts",
            [name_of(part) for part in shown],
        ),
        table=Table(
            [
                (
                    "part",
                    name.capitalize(),
                    "text" if column == "owner_id" else "words",
                ),
                ("accounts", "Accounts", "count"),
                ("mean_score", "Mean score", "points"),
                ("arr", f"ARR, {currency}", "money"),
                ("poor_accounts", "Accounts in poor health", "count"),
                ("poor_arr", f"ARR in poor health, {currency}", "money"),
            ],
            totals,
            shown=10,
        ),
    )


def _renewals(published: Published, currency: str) -> Panel:
    rows = published.rows(
        "select renewal_quarter, settled_band, sum(coalesce(arr, 0)) as arr,"
        " count(*) as accounts from renewal_forecast group by all",
        None,
        "renewal_forecast",
    )
    quarters = sorted({row["renewal_quarter"] for row in rows})[:SHOWN_QUARTERS]
    rows = with_bands(rows, published.bands, "settled_band")
    for row in rows:
        row["label"] = f"{row['symbol']} {money(row['arr'])}"
    forecast = published.rows(
        "select renewal_quarter, accounts, arr, expected_accounts_lost,"
        " expected_arr_lost, arr_lost_low, arr_lost_high"
        " from renewal_forecast_quarters order by 1",
        None,
        "renewal_forecast_quarters",
    )
    expected = [row for row in forecast if row["expected_arr_lost"] is not None]
    title = "Revenue that is up for renewal, by quarter and band"
    if expected:
        soon = expected[:4]
        title = (
            f"{currency} {money(sum(row['expected_arr_lost'] for row in soon))} of the"
            f" {money(sum(row['arr'] or 0 for row in soon))} that is up for renewal by"
            f" the end of {soon[-1]['renewal_quarter']} is expected to be lost"
        )
    return panel(
        "renewals",
        title,
        [row for row in rows if row["renewal_quarter"] in quarters],
        "No account has a renewal that is known.",
        f"ARR in {currency} by quarter of the next renewal and settled band; what is"
        " expected to be lost comes from what became of renewals before.",
        chart=stacked_by_band(
            [row for row in rows if row["renewal_quarter"] in quarters],
            published.bands,
            "renewal_quarter",
            "",
            "arr",
            f"ARR, {currency}",
            quarters,
            as_shares=False,
        ),
        table=Table(
            [
                ("renewal_quarter", "Quarter", "text"),
                ("accounts", "Renewals", "count"),
                ("arr", f"ARR, {currency}", "money"),
                ("expected_accounts_lost", "Accounts expected to be lost", "points"),
                ("expected_arr_lost", f"ARR expected to be lost, {currency}", "money"),
                ("arr_lost_low", "at least (95 %)", "money"),
                ("arr_lost_high", "at most (95 %)", "money"),
            ],
            forecast,
        ),
    )


def _since(published: Published, query: str, days: int, *marts: str) -> list[dict]:
    if published.as_of is None:
        return []
    return published.rows(query, [published.as_of - timedelta(days=days)], *marts)


def _ends(rows: list[dict]) -> tuple:
    dates = [row["snapshot_date"] for row in rows]
    return min(dates, default=None), max(dates, default=None)
