"""data.html: what rests on which data, and what was set aside."""

from datetime import timedelta
from pathlib import Path

import altair as alt

from customer_health.colours import GREY, INK
from customer_health.dashboards import pages
from customer_health.dashboards.charts import WIDTH, finished, moment
from customer_health.dashboards.pages import Panel, Table, panel
from customer_health.dashboards.published import Published
from customer_health.formats import count, words

STATES = {"fresh": "#a6cee3", "no record": "#d5dde4", "stale": "#b2263a"}


def write(published: Published, place: Path, days: int) -> Path:
    return pages.write(
        published,
        place,
        "data",
        [
            _inventory(published),
            _freshness(published, days),
            _rejected(published),
            _ledger(published, days),
        ],
        heading="Can the data be trusted?",
    )


def _inventory(published: Published) -> Panel:
    rows = published.rows(
        "select source || '.' || table_name as source_table, owner, freshness,"
        " newest_record_date, lag_days, max_lag_days, raw_rows, staged_rows,"
        " rejected_rows, duplicate_rows, match_rate, dependent_signals,"
        " dependent_weight, waiting_signals, warning"
        " from data_inventory"
        " order by freshness in ('stale', 'disappeared') desc, dependent_weight desc"
        " nulls last, source_table",
        None,
        "data_inventory",
    )
    late = [row for row in rows if row["freshness"] in ("stale", "disappeared")]
    waiting = sum(not row["raw_rows"] for row in rows)
    return panel(
        "inventory",
        (
            f"{count(len(late))} of {count(len(rows))} tables are too old or gone"
            if late
            else f"No table is too old, of {count(len(rows))}"
        )
        + (f"; {count(waiting)} never arrived" if waiting else ""),
        rows,
        "Nothing is known of the data: the mart data_inventory is empty.",
        "Weight: share of the default scorecard's weight that rests on the table.",
        table=Table(
            [
                ("source_table", "Table", "text"),
                ("owner", "Owner", "text"),
                ("freshness", "State", "text"),
                ("newest_record_date", "Newest record", "date"),
                ("lag_days", "Days old", "count"),
                ("max_lag_days", "at most", "count"),
                ("raw_rows", "Rows", "count"),
                ("rejected_rows", "Set aside", "count"),
                ("duplicate_rows", "Duplicates", "count"),
                ("match_rate", "Matched", "share"),
                ("dependent_signals", "Signals", "count"),
                ("dependent_weight", "Weight", "share"),
                ("warning", "Warning", "long"),
            ],
            rows,
            filters=["freshness", "owner"],
            shown=60,
        ),
    )


def _freshness(published: Published, days: int) -> Panel:
    since = published.as_of - timedelta(days=days) if published.as_of else None
    rows = published.rows(
        "select snapshot_date, source || '.' || table_name as source_table,"
        " max(source_state) as state, max(lost_coverage) as lost"
        " from source_freshness_daily where snapshot_date > ?"
        " group by all order by all",
        [since],
        "source_freshness_daily",
    )
    poor = {row["source_table"] for row in rows if row["state"] == "stale"}
    for row in rows:
        row["day"] = moment(row.pop("snapshot_date"))
        row["state"] = words(row["state"])
    chart = finished(
        alt.Chart(alt.Data(values=rows))
        .mark_rect()
        .encode(
            x=alt.X("yearmonthdate(day):T", title=None, axis=alt.Axis(format="%-d %b")),
            y=alt.Y("source_table:N", title=None, axis=alt.Axis(labelLimit=220)),
            color=alt.Color(
                "state:N",
                scale=alt.Scale(domain=list(STATES), range=list(STATES.values())),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=[
                "source_table:N",
                "day:T",
                "state:N",
                alt.Tooltip("lost:Q", title="coverage lost", format=".1%"),
            ],
        )
        .properties(width=WIDTH - 200, height=alt.Step(18))
    )
    return panel(
        "freshness",
        (
            f"{count(len(poor))} tables were too old on some of the last {days} days"
            if poor
            else f"No table was too old on any of the last {days} days"
        ),
        rows,
        "No day is scored yet.",
        "By day and table that signals rest on; no record: nothing dated by then.",
        chart=chart,
    )


def _rejected(published: Published) -> Panel:
    rows = published.rows(
        "select source || '.' || table_name as source_table, reason,"
        " count(*) as records, max(record_date) filter (where record_date <= ?)"
        " as newest from rejected_records group by all order by records desc, 1, 2",
        [published.as_of],
        "rejected_records",
    )
    total = sum(row["records"] for row in rows)
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["source_table"]] = (
            totals.get(row["source_table"], 0) + row["records"]
        )
    bars = [{"source_table": name, "records": many} for name, many in totals.items()]
    base = alt.Chart(alt.Data(values=bars)).encode(
        x=alt.X(
            "records:Q",
            title="records, on a logarithmic scale",
            scale=alt.Scale(type="symlog"),
            axis=alt.Axis(values=[1, 10, 100, 1000, 10000, 100000, 1000000]),
        ),
        y=alt.Y(
            "source_table:N",
            sort=sorted(totals, key=totals.get, reverse=True),
            title=None,
            axis=alt.Axis(labelLimit=220),
        ),
    )
    chart = finished(
        (
            base.mark_bar(color=GREY)
            + base.mark_text(align="left", dx=4, color=INK).encode(
                text=alt.Text("records:Q", format=",")
            )
        ).properties(width=WIDTH - 280, height=alt.Step(22))
    )
    most = max(totals, key=totals.get, default="")
    return panel(
        "rejected",
        f"{count(total)} records were set aside, most of them from {most}"
        if total
        else "Records that were set aside",
        rows,
        "No record was set aside.",
        chart=chart,
        table=Table(
            [
                ("source_table", "Table", "text"),
                ("reason", "Why", "text"),
                ("records", "Records", "count"),
                ("newest", "Newest", "date"),
            ],
            rows,
            filters=["source_table"],
            shown=10,
        ),
    )


def _ledger(published: Published, days: int) -> Panel:
    rows = published.rows(
        "select snapshot_date, account_rows, signal_rows, scorecards, reason,"
        " left(run_id, 8) as run, recorded_at from history_ledger"
        " order by recorded_at desc, snapshot_date desc limit ?",
        [max(days, 1)],
        "history_ledger",
    )
    again = [row for row in rows if row["reason"] != "first computed"]
    return panel(
        "ledger",
        f"{count(len(again))} of the newest {count(len(rows))} entries of history were"
        " computed again"
        if again
        else "No day was computed again",
        rows,
        "No day is in the ledger yet.",
        f"The newest {count(len(rows))} entries; the mart history_ledger has all.",
        table=Table(
            [
                ("snapshot_date", "Day", "date"),
                ("account_rows", "Accounts", "count"),
                ("signal_rows", "Signal scores", "count"),
                ("scorecards", "Scorecards", "text"),
                ("reason", "Why", "long"),
                ("run", "Run", "text"),
                ("recorded_at", "Recorded", "date"),
            ],
            rows,
            filters=["reason"],
            shown=10,
        ),
    )
