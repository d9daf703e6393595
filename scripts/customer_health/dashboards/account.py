"""account.html: every account, with all that explains its score.

DuckDB writes what is known of an account as JSON. Fifty accounts share a packed piece
of the page, which the browser unpacks when one of them is chosen.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import altair as alt

from customer_health.colours import BAD, CAUSES, GOOD, GREY, INK, SCORE
from customer_health.dashboards import pages
from customer_health.dashboards.charts import WIDTH, band_colour, finished
from customer_health.dashboards.published import Band, Published, seed

PER_PIECE = 50
# so many pieces are made at once: signals of all days of all accounts need much memory
PIECES_AT_ONCE = 20
STATUS = {
    "measured": "measured",
    "missing": "nothing was measured",
    "stale source": "its source is too old",
    "not applicable": "the company has no such source",
}
CAUSE_WORDS = {
    "behaviour": "the customer",
    "coverage": "what is measured",
    "configuration": "our configuration",
    "caps": "a cap",
}


def choose(published: Published, most: int) -> int:
    """Makes the table of accounts on the page; returns how many are left out.

    With more than `most`, those that are among the first by ARR or by band stay.
    """
    published.connection.execute(
        """
        create or replace temporary table chosen as
        with ranked as (
            select
                account_id,
                row_number() over (order by arr desc nulls last, account_id) as by_arr,
                row_number() over (
                    order by
                        list_position(?::varchar[], health_band) desc,
                        arr desc nulls last,
                        account_id
                ) as by_band
            from account_health_current
        )
        select
            account_id,
            cast((row_number() over (order by account_id) - 1) // ? as integer) as piece
        from (
            select account_id from ranked
            order by least(by_arr, by_band), by_arr
            limit ?
        )
        """,
        # unknown comes before the poor bands: there is nothing to explain
        [
            [band.band for band in published.bands if band.min_score is None]
            + [band.band for band in published.bands if band.min_score is not None],
            PER_PIECE,
            most,
        ],
    )
    return published.value(
        "select (select count(*) from account_health_current) - count(*) from chosen"
    )


def write(
    published: Published, place: Path, days: int, currency: str, left_out: int
) -> Path:
    return pages.write(
        published,
        place,
        "account",
        [],
        accounts=published.rows(
            "select account_id, account_name, owner_id, health_band, health_score, arr,"
            " piece from account_health_current inner join chosen using (account_id)"
            " order by account_name, account_id"
        ),
        pieces=pieces(published, days),
        left_out=left_out,
        first=_first(published),
        signals={
            row["signal"]: {
                "label": row["label"],
                "format": row["value_format"],
                "unit": row["unit"],
                "says": row["description"],
            }
            for row in seed("signals")
        },
        dimensions={row["dimension"]: row["label"] for row in seed("dimensions")},
        caps={row["cap"]: row["reason"] for row in seed("score_caps")},
        quadrants={row["quadrant"]: row["label"] for row in seed("quadrants")},
        titles={row["action"]: row["title"] for row in seed("actions")},
        status=STATUS,
        causes=CAUSE_WORDS,
        days=days,
        currency=currency,
        specs={
            key: chart.to_dict()
            for key, chart in {
                "score": _score_chart(published.bands),
                "drivers": _drivers_chart(),
                "changes": _changes_chart(),
                "course": _course_chart(published.bands),
                "timeline": _timeline_chart(),
            }.items()
        },
    )


def _first(published: Published) -> str | None:
    """The account to show when none is asked for: the first of the work list."""
    if "csm_work_list" in published.marts:
        found = published.value(
            "select account_id from csm_work_list inner join chosen using (account_id)"
            " order by place limit 1"
        )
        if found:
            return found
    return published.value("select min(account_id) from chosen")


# what is known of each account


def pieces(published: Published, days: int) -> Iterator[tuple[int, str]]:
    """Number and packed text of each piece of accounts."""
    last = published.value("select max(piece) from chosen")
    if last is None:
        return
    first_day = published.as_of - timedelta(days=days - 1)
    query = _query(published.marts)
    if "signal_scores_daily" in published.marts:
        published.connection.execute(
            "create or replace temporary table signal_numbers as"
            " select signal, cast(row_number() over () as integer) as number"
            " from (select distinct signal from signal_scores_daily"
            " where snapshot_date = ?)",
            [published.as_of],
        )
    for start in range(0, last + 1, PIECES_AT_ONCE):
        published.connection.execute(
            "create or replace temporary table batch as"
            " select *, cast(row_number() over () as integer) as number"
            " from chosen where piece >= ? and piece < ?",
            [start, start + PIECES_AT_ONCE],
        )
        found: dict[int, list[str]] = {}
        for piece, account_id, text in published.connection.execute(
            query, {"first_day": first_day, "as_of": published.as_of}
        ).fetchall():
            found.setdefault(piece, []).append(f"{pages.as_json(account_id)}:{text}")
        for piece, texts in sorted(found.items()):
            yield piece, pages.packed("{" + ",".join(texts) + "}")


def _query(marts: set[str]) -> str:
    """A row per account of the batch: piece, account and its JSON."""
    parts = {name: part for name, (mart, part) in _PARTS.items() if mart in marts}
    ctes = ",\n".join(
        f"{name} as (select account_id, {part} as part from {_PARTS[name][0]} as rows"
        f" inner join batch using (account_id) {_CONDITIONS.get(name, '')}"
        " group by account_id)"
        for name, part in parts.items()
        if name != "signals"
    )
    if "signals" in parts:
        ctes += ",\n" + _SIGNALS
    fields = ", ".join(f"'{name}': {name}.part" for name in parts)
    joins = "\n".join(f"left join {name} using (account_id)" for name in parts)
    return (
        f"with {ctes}\nselect piece, account_id, cast(to_json({{'now': now, {fields}}})"
        " as varchar) as text\nfrom batch\n"
        "inner join (select account_id, "
        + _NOW
        + " as now from account_health_current) as present using (account_id)\n"
        f"{joins}\norder by piece, account_id"
    )


_NOW = """
{
    'owner_id': owner_id, 'segment': segment, 'industry': industry, 'region': region,
    'lifecycle_stage': lifecycle_stage, 'scorecard': scorecard,
    'scorecard_version': scorecard_version, 'health_score': round(health_score, 1),
    'uncapped': round(uncapped_health_score, 1), 'coverage': round(coverage, 3),
    'settled_band': settled_band, 'relationship': round(relationship_score, 1),
    'impact': round(impact_score, 1), 'quadrant': quadrant, 'cap': cap,
    'change_28d': round(change_28d, 1), 'warning': score_warning,
    'days_to_renewal': days_to_renewal, 'renewal_probability': renewal_probability,
    'is_watermelon': is_watermelon, 'day': snapshot_date
}
"""

# The mart of each part, and how rows of an account become one value.
_PARTS = {
    "daily": (
        "account_health_daily",
        """
        {
            'day': list(snapshot_date - $first_day::date order by snapshot_date),
            'score': list(round(health_score, 1) order by snapshot_date),
            'uncapped': list(round(uncapped_health_score, 1) order by snapshot_date),
            'band': list(health_band order by snapshot_date),
            'settled': list(settled_band order by snapshot_date),
            'cap': list(cap order by snapshot_date)
        }
        """,
    ),
    "dimensions": (
        "dimension_scores_daily",
        """
        list({
            'dimension': dimension, 'score': round(score, 1),
            'weight': round(weight, 4),
            'coverage': round(coverage, 3), 'points': round(contribution, 2)
        } order by weight desc nulls last, dimension)
        """,
    ),
    "drivers": (
        "health_drivers",
        """
        list({
            'effect': effect, 'rank': driver_rank, 'label': label, 'signal': signal,
            'points': round(points, 2), 'gain': round(points_to_gain, 1),
            'sentence': sentence, 'action': action
        } order by effect, driver_rank)
        """,
    ),
    "changes": (
        "health_changes",
        """
        list({
            'days': period_days, 'from': first_day,
            'before': round(first_health_score, 1), 'now': round(health_score, 1),
            'band_before': first_health_band,
            'band': health_band, 'change': round(change, 2),
            'behaviour': round(behaviour, 2), 'coverage': round(coverage, 2),
            'configuration': round(configuration, 2), 'caps': round(caps, 2),
            'because': not_explained_because, 'up': signals_up, 'down': signals_down
        } order by period_days)
        """,
    ),
    "alerts": (
        "health_alerts",
        """
        list({
            'label': label, 'severity': severity, 'sentence': sentence,
            'from': first_day, 'to': last_day, 'open': is_open
        } order by first_day desc, sort_order)
        """,
    ),
    "actions": (
        "recommended_actions",
        """
        list({
            'title': title, 'state': state, 'who': owner_role, 'called': called_since,
            'begun': begun_on, 'due': due_on, 'late': is_overdue, 'done': last_done_on,
            'gain': round(points_to_gain, 1), 'playbook': playbook
        } order by state = 'open' desc, due_on, title)
        """,
    ),
    "signals": ("signal_scores_daily", ""),
}
_CONDITIONS = {
    "daily": "where snapshot_date >= $first_day",
    "dimensions": "where snapshot_date = $as_of",
    "alerts": "where last_day >= $first_day",
}
# Courses hold a day and a score where the score is another than on the day before.
# Numbers instead of names make that twice as fast, columns instead of rows pack to four
# fifths. On ends of months signals outside the account's scorecard are stored too: they
# are not shown, being without weight and without a row on the day before.
_SIGNALS = """
days as (
    select
        batch.number * 100000 + signal_numbers.number as key,
        cast(snapshot_date - $first_day::date as smallint) as day,
        cast(round(score) as smallint) as points
    from signal_scores_daily
    inner join batch using (account_id)
    inner join signal_numbers using (signal)
    where snapshot_date >= $first_day
),
steps as (
    select *
    from days
    qualify lag(points, 1, -1) over (partition by key order by day)
        is distinct from points
),
courses as (
    select key, flatten(list([day, points] order by day)) as course
    from steps
    group by key
),
day_before as (
    select account_id, signal
    from signal_scores_daily
    inner join batch using (account_id)
    where snapshot_date = $as_of::date - 1
),
today as (
    select
        account_id, signal, dimension, value, score, weight, contribution, status,
        batch.number * 100000 + signal_numbers.number as key
    from signal_scores_daily
    inner join batch using (account_id)
    inner join signal_numbers using (signal)
    where snapshot_date = $as_of
        and (
            weight > 0
            or (account_id, signal) in (select (account_id, signal) from day_before)
            or account_id not in (select account_id from day_before)
        )
),
signals as (
    select
        account_id,
        {
            'signal': list(signal order by weight desc, signal),
            'dimension': list(dimension order by weight desc, signal),
            'value': list(
                cast(format('{:.6g}', value) as double) order by weight desc, signal
            ),
            'score': list(round(score, 1) order by weight desc, signal),
            'weight': list(round(weight, 4) order by weight desc, signal),
            'points': list(round(contribution, 2) order by weight desc, signal),
            'status': list(status order by weight desc, signal),
            'course': list(course order by weight desc, signal)
        } as part
    from today
    left join courses using (key)
    group by account_id
)
"""


# charts without data: the page gives each the account's


def _data(name: str) -> alt.NamedData:
    return alt.NamedData(name)


def _score_chart(bands: list[Band]):
    day = alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", grid=False))
    scale = alt.Scale(domain=[0, 100])
    limited = [band for band in bands if band.min_score is not None]
    areas = [
        {
            "band_title": band.title,
            "from": band.min_score,
            "to": limited[place - 1].min_score if place else 100,
        }
        for place, band in enumerate(limited)
    ]
    layers = []
    if areas:
        area = alt.Chart(alt.Data(values=areas))
        layers = [
            area.mark_rect(opacity=0.18).encode(
                y=alt.Y("from:Q", scale=scale, title="score, 0 to 100"),
                y2="to:Q",
                color=band_colour(bands, legend=None),
            ),
            area.transform_calculate(middle="(datum.from + datum.to) / 2")
            .mark_text(align="left", dx=6, fontSize=11, color=INK)
            .encode(
                x=alt.value(WIDTH),
                y=alt.Y("middle:Q", scale=scale),
                text="band_title:N",
            ),
        ]
    lines = alt.Chart(_data("days")).encode(
        x=day,
        tooltip=[
            alt.Tooltip("day:T"),
            alt.Tooltip("score:Q", format=".1f"),
            alt.Tooltip("without_cap:Q", title="without cap", format=".1f"),
            alt.Tooltip("band_title:N", title="settled band"),
            alt.Tooltip("cap:N"),
        ],
    )
    layers += [
        lines.mark_line(
            color=GREY,
            strokeDash=[4, 3],
            strokeWidth=1.5,
            invalid="break-paths-show-domains",
        ).encode(y=alt.Y("without_cap:Q", scale=scale)),
        lines.mark_line(
            color=SCORE, strokeWidth=2.5, invalid="break-paths-show-domains"
        ).encode(y=alt.Y("score:Q", scale=scale)),
        lines.mark_point(
            color=SCORE, filled=True, size=60, invalid="break-paths-show-domains"
        ).encode(y=alt.Y("last_score:Q", scale=scale)),
    ]
    strip = (
        alt.Chart(_data("spells"))
        .encode(
            x=alt.X("from:T", axis=None),
            x2="to:T",
            y=alt.Y("row:N", title=None, sort=None, axis=alt.Axis(labelLimit=120)),
        )
        .mark_bar(height=16, stroke="white")
        .encode(
            color=alt.Color(
                "title:N",
                scale=alt.Scale(
                    domain=[*(band.title for band in bands), "capped"],
                    range=[*(band.colour for band in bands), "#5b4a72"],
                ),
                legend=None,
            ),
            tooltip=["row:N", "title:N", "from:T", "to:T", "says:N"],
        )
    )
    names = (
        alt.Chart(_data("spells"))
        .mark_text(align="left", dx=4, fontSize=11)
        .encode(
            x="from:T",
            y=alt.Y("row:N", sort=None),
            text="text:N",
            color=alt.condition(
                "datum.is_dark", alt.value("white"), alt.value("black")
            ),
        )
    )
    return finished(
        alt.vconcat(
            alt.layer(*layers).properties(width=WIDTH, height=240),
            alt.layer(strip, names).properties(width=WIDTH, height=alt.Step(24)),
            spacing=6,
        ).resolve_scale(x="shared", color="independent")
    )


def _drivers_chart():
    return finished(
        alt.Chart(_data("drivers"))
        .mark_bar()
        .encode(
            x=alt.X("points:Q", title="points of the score"),
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)),
            color=alt.Color(
                "effect:N",
                scale=alt.Scale(domain=["helps", "hurts"], range=[GOOD, BAD]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=["sentence:N"],
        )
        .properties(width=WIDTH - 340, height=alt.Step(24))
    )


def _changes_chart():
    return finished(
        alt.Chart(_data("changes"))
        .mark_bar()
        .encode(
            x=alt.X("points:Q", title="points by which the score changed"),
            y=alt.Y("period:N", sort=None, title=None),
            color=alt.Color(
                "cause:N",
                scale=alt.Scale(
                    domain=[CAUSE_WORDS[cause] for cause in CAUSES],
                    range=list(CAUSES.values()),
                ),
                legend=alt.Legend(title="because of", orient="top"),
            ),
            tooltip=["period:N", "cause:N", alt.Tooltip("points:Q", format="+.1f")],
        )
        .properties(width=WIDTH - 100, height=alt.Step(28))
    )


def _course_chart(bands: list[Band]):
    base = alt.Chart(_data("course")).encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", grid=False)),
        y=alt.Y(
            "score:Q", title="score of the signal", scale=alt.Scale(domain=[0, 100])
        ),
    )
    return finished(
        alt.layer(
            base.mark_line(
                interpolate="step-after",
                color=SCORE,
                strokeWidth=2,
                invalid="break-paths-show-domains",
            ),
            base.mark_point(color=SCORE, filled=True, size=40)
            .transform_filter("datum.is_step && datum.score !== null")
            .encode(tooltip=["day:T", "score:Q"]),
        ).properties(width=WIDTH, height=150)
    )


def _timeline_chart():
    base = alt.Chart(_data("events")).encode(
        y=alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=260)),
        tooltip=["what:N", "says:N", "from:T", "to:T"],
    )
    kind = alt.Color(
        "kind:N",
        scale=alt.Scale(
            domain=["alert", "band", "action"], range=["#b2263a", INK, SCORE]
        ),
        legend=alt.Legend(title=None, orient="top"),
    )
    day = alt.X("from:T", title=None, axis=alt.Axis(format="%-d %b"))
    return finished(
        alt.layer(
            base.mark_bar(height=9, opacity=0.75).encode(x=day, x2="end:T", color=kind),
            base.mark_point(filled=True, size=80).encode(
                x=day,
                color=kind,
                shape=alt.Shape(
                    "kind:N",
                    scale=alt.Scale(
                        domain=["alert", "band", "action"],
                        range=["triangle-up", "diamond", "circle"],
                    ),
                    legend=alt.Legend(title=None, orient="top"),
                ),
            ),
        ).properties(width=WIDTH - 240, height=alt.Step(22))
    )
