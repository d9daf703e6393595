"""Writes pages: one HTML file each, with all that it needs inside."""

import base64
import gzip
import json
import os
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path

import jinja2
import vl_convert
from altair import SCHEMA_VERSION

from customer_health.dashboards.published import Published
from customer_health.formats import FILTERS

HERE = Path(__file__).parent
STYLE = HERE.parent / "page_style.css"
PAGES = {
    "index": "Overview",
    "portfolio": "Portfolio",
    "work_list": "Work list",
    "account": "Account",
    "validation": "Validation",
    "data": "Data",
}


@dataclass
class Table:
    """Rows that the page shows: sortable, and with filters when there are many."""

    columns: list[tuple[str, str, str]]
    """Name, heading and kind of each: text, count, points, share, figure, signed,
    money, date, band, account, flag, words, named, long, and filter: not shown, but
    there to choose by yes and no."""
    rows: list[dict]
    filters: list[str] = field(default_factory=list)
    shown: int = 25


@dataclass
class Panel:
    """A question and its answer: a chart, a table or both; `missing` when neither."""

    key: str
    title: str
    note: str = ""
    chart: dict | None = None
    table: Table | None = None
    missing: str = ""


def panel(
    key: str,
    title: str,
    rows: list,
    missing: str,
    note: str = "",
    chart=None,
    table: Table | None = None,
) -> Panel:
    """A panel, or the words for why there is nothing to show."""
    if not rows:
        return Panel(key, title, missing=missing)
    return Panel(
        key,
        title,
        note,
        chart.to_dict() if chart else None,
        table if table and table.rows else None,
    )


def packed(value: object) -> str:
    """Any value as JSON in gzip in base64: what a page unpacks when it is needed."""
    text = value if isinstance(value, str) else as_json(value)
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


def as_json(value: object) -> str:
    return json.dumps(value, default=_plain, separators=(",", ":"), ensure_ascii=False)


def inside_script(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return as_json(value).replace("<", "\\u003c")


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


@cache
def vega() -> str:
    """Vega, Vega-Lite and the embedding of both, as one script."""
    version = ".".join(SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    return vl_convert.javascript_bundle(vl_version=version).replace(
        "</script", "<\\/script"
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS | {"inside_script": inside_script, "packed": packed}
    return environment


def write(
    published: Published,
    folder: Path,
    name: str,
    panels: list[Panel],
    **values: object,
) -> Path:
    """Writes a page from its template; it takes its place when it is complete."""
    path = folder / f"{name}.html"
    temporary = path.with_name(f".{path.name}.new")
    template = _environment().get_template(
        f"{name}.html.jinja"
        if (HERE / "templates" / f"{name}.html.jinja").exists()
        else "panels.html.jinja"
    )
    stream = template.stream(
        page=name,
        pages=PAGES,
        style=STYLE.read_text() + (HERE / "templates" / "style.css").read_text(),
        script=(HERE / "templates" / "shared.js").read_text(),
        vega=vega(),
        as_of=published.as_of,
        manifest=published.manifest,
        bands=[
            {
                "band": band.band,
                "label": band.label,
                "symbol": band.symbol,
                "colour": band.colour,
                "min_score": band.min_score,
            }
            for band in published.bands
        ],
        panels=panels,
        charts={one.key: one.chart for one in panels if one.chart},
        tables={one.key: vars(one.table) for one in panels if one.table},
        **values,
    )
    with temporary.open("w", encoding="utf-8") as file:
        stream.enable_buffering(20)
        stream.dump(file)
    os.replace(temporary, path)
    return path
