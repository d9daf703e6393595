"""What all charts share: colours of bands, dates, sizes, fonts."""

from datetime import date

import altair as alt

from customer_health.colours import GREY, INK, LINE
from customer_health.dashboards.published import Band

WIDTH = 900
HALF = 400


def finished(chart: alt.TopLevelMixin) -> alt.TopLevelMixin:
    """The chart in the look of the pages."""
    return (
        chart.configure(font="system-ui, sans-serif", background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=INK,
            gridColor=LINE,
            domainColor=GREY,
            tickColor=GREY,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_title(anchor="start", fontSize=13, color=INK)
        .configure_legend(labelFontSize=12, titleFontSize=12, labelColor=INK)
    )


def moment(day: date) -> str:
    """A day as Vega reads it in the reader's own time zone."""
    return f"{day}T00:00:00"


def band_colour(
    bands: list[Band], field: str = "band_title", **options: object
) -> alt.Color:
    """Colour by band; its symbol and label are the value."""
    return alt.Color(
        f"{field}:N",
        scale=alt.Scale(
            domain=[band.title for band in bands],
            range=[band.colour for band in bands],
        ),
        **options,
    )


def band_shape(bands: list[Band], field: str = "band_title") -> alt.Shape:
    shapes = {
        "●": "circle",
        "▲": "triangle-up",
        "◆": "diamond",
        "■": "square",
        "○": "cross",
    }
    return alt.Shape(
        f"{field}:N",
        scale=alt.Scale(
            domain=[band.title for band in bands],
            range=[shapes[band.symbol] for band in bands],
        ),
        legend=None,
    )


def stacked_by_band(
    rows: list[dict],
    bands: list[Band],
    group: str,
    group_title: str,
    value: str,
    value_title: str,
    sort: list[str],
    as_shares: bool = True,
    width: int = WIDTH - 200,
    number: str = ",.0f",
) -> alt.TopLevelMixin:
    """A bar per group, its parts by band, each part with its symbol and value."""
    total: dict[str, float] = {}
    for row in rows:
        total[row[group]] = total.get(row[group], 0) + (row[value] or 0)
    largest = max(total.values(), default=0) or 1
    base = total if as_shares else dict.fromkeys(total, largest)
    # a part that is too narrow has no room for its value
    rows = [
        row
        | {
            "is_wide": bool(row[value])
            and row[value] / (base[row[group]] or 1) > 46 / width
        }
        for row in rows
    ]
    x = alt.X(
        f"{value}:Q",
        stack="normalize" if as_shares else "zero",
        title=value_title,
        axis=alt.Axis(format="%" if as_shares else "~s", grid=False),
    )
    y = alt.Y(
        f"{group}:N",
        sort=sort,
        title=None if not group_title else group_title,
        axis=alt.Axis(labelLimit=180),
    )
    parts = alt.Chart(alt.Data(values=rows)).encode(
        x=x, y=y, order=alt.Order("band_place:Q")
    )
    bars = parts.mark_bar(stroke="white", strokeWidth=1).encode(
        color=band_colour(bands, legend=alt.Legend(title=None, orient="top")),
        tooltip=[
            alt.Tooltip(f"{group}:N", title=group_title or "of"),
            alt.Tooltip("band_title:N", title="band"),
            alt.Tooltip(f"{value}:Q", title=value_title, format=number),
        ],
    )
    labels = (
        parts.transform_filter("datum.is_wide")
        .mark_text(fontSize=11)
        .encode(
            x=alt.X(
                f"{value}:Q",
                stack="normalize" if as_shares else "zero",
                bandPosition=0.5,
            ),
            detail="band_title:N",
            text="label:N",
            color=alt.condition(
                "datum.is_dark", alt.value("white"), alt.value("black")
            ),
        )
    )
    return finished(
        alt.layer(bars, labels).properties(
            width=width, height=max(60, 30 * len(dict.fromkeys(sort)))
        )
    )


def with_bands(
    rows: list[dict], bands: list[Band], field: str = "health_band"
) -> list[dict]:
    """Rows with the title, the place and the darkness of their band."""
    known = {band.band: (place, band) for place, band in enumerate(bands)}
    nothing = known.get("unknown") or next(reversed(known.values()))
    found = []
    for row in rows:
        place, band = known.get(row[field], nothing)
        found.append(
            row
            | {
                "band_title": band.title,
                "symbol": band.symbol,
                "band_place": place,
                "is_dark": is_dark(band.colour),
            }
        )
    return found


def is_dark(colour: str) -> bool:
    """Whether white is easier to read than black on a colour."""
    return luminance(colour) < 0.18


def luminance(colour: str) -> float:
    """The relative luminance of a colour such as #2b8a5a, 0 to 1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
