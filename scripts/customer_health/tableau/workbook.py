"""The workbook customer_health: its sheets and dashboards, and how it is written.

Written for Tableau 2026.1, the first version whose format Tableau has published.
"""

import zipfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import (
    Element,
    SubElement,
    indent,
    register_namespace,
    tostring,
)

from customer_health.tableau.extracts import EXTRACTS, Column
from customer_health.tableau.sources import Source, source
from customer_health.tableau.worksheets import (
    USER,
    Sheet,
    Shown,
    areas,
    bars,
    dependencies,
    identifier,
    line,
    table,
)

NAME = "customer_health"
IN_PACKAGE = "Data/Extracts/"
# dashboards are laid out in parts of their width and height
WHOLE = 100_000
FILTERS_BEGIN = 84_000
TITLE_HEIGHT = 6_000


@dataclass(frozen=True)
class Place:
    """Where a sheet stands on a dashboard."""

    sheet: Sheet
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Dashboard:
    name: str
    title: str
    places: list[Place]
    filtered: Sheet
    """The sheet whose filters are shown, for all sheets of its source."""
    colour: Shown


def write_workbooks(columns: dict[str, list[Column]], folder: Path) -> None:
    """Writes the workbook on a folder's extracts, and a package with both."""
    (folder / f"{NAME}.twb").write_bytes(workbook(columns, ""))
    with zipfile.ZipFile(
        folder / f"{NAME}.twbx", "w", compression=zipfile.ZIP_DEFLATED
    ) as package:
        package.writestr(f"{NAME}.twb", workbook(columns, IN_PACKAGE))
        for extract in EXTRACTS:
            package.write(folder / extract.file, IN_PACKAGE + extract.file)


def workbook(columns: dict[str, list[Column]], folder: str) -> bytes:
    """The workbook's XML; `folder` is where it finds the extracts."""
    sources = {
        extract.name: source(extract, columns[extract.name]) for extract in EXTRACTS
    }
    now, daily, signals = (
        sources[name] for name in ("health_current", "health_daily", "signals")
    )
    dashboards = [portfolio(daily), account(now, daily, signals)]
    sheets = [place.sheet for dashboard in dashboards for place in dashboard.places]
    register_namespace("user", USER)
    root = Element(
        "workbook",
        {
            "original-version": "26.1",
            "source-build": "0.0.0 (0000.0.0.0)",
            "source-platform": "win",
            "version": "26.1",
        },
    )
    SubElement(SubElement(root, "document-format-change-manifest"), "ManifestByVersion")
    SubElement(root, "datasources").extend(
        source_.element(folder) for source_ in sources.values()
    )
    root.append(
        choose_account(
            Shown(now, "account_id"),
            [Shown(daily, "account_id"), Shown(signals, "account_id")],
        )
    )
    SubElement(root, "worksheets").extend(sheet.element for sheet in sheets)
    SubElement(root, "dashboards").extend(
        dashboard_element(dashboard) for dashboard in dashboards
    )
    root.append(windows(sheets, dashboards))
    explanations = SubElement(
        root,
        "explain-data",
        {"enabled-for-viewer": "false", "extreme-values-enabled-for-all": "false"},
    )
    SubElement(explanations, "explanation-types")
    indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def portfolio(daily: Source) -> Dashboard:
    """How many accounts are in which band, what they are worth, and how that went."""
    filters = [
        Shown(daily, name) for name in ("segment", "region", "owner_id", "scorecard")
    ]
    band = Shown(daily, "health_band")
    day = Shown(daily, "snapshot_date", is_continuous=True)
    accounts = Shown(daily, "account_id", "CountD")
    arr = Shown(daily, "arr", "Sum")
    score = Shown(daily, "health_score", "Avg")
    of_today = {"filters": filters, "only": [Shown(daily, "is_latest_day")]}
    by_band = bars("Accounts by band", [band], accounts, colour=band, **of_today)
    middle = TITLE_HEIGHT + (WHOLE - TITLE_HEIGHT) // 2
    height, width = WHOLE - middle, FILTERS_BEGIN // 2
    return Dashboard(
        "Portfolio",
        "Portfolio: the bars show the newest day",
        [
            Place(by_band, 0, TITLE_HEIGHT, width, height),
            Place(
                bars("ARR by band", [band], arr, colour=band, **of_today),
                width,
                TITLE_HEIGHT,
                width,
                height,
            ),
            Place(
                areas(
                    "Accounts by band and day",
                    day,
                    accounts,
                    colour=band,
                    filters=filters,
                ),
                0,
                middle,
                width,
                height,
            ),
            Place(
                line("Mean score by day", day, score, filters=filters),
                width,
                middle,
                width,
                height,
            ),
        ],
        by_band,
        band,
    )


def account(now: Source, daily: Source, signals: Source) -> Dashboard:
    """All accounts, the worst first; of the chosen one its course and its reasons."""
    band = Shown(now, "health_band")
    score = Shown(now, "health_score", "Avg")
    accounts = table(
        "Accounts",
        [Shown(now, "account_name"), Shown(now, "account_id"), band],
        [
            score,
            Shown(now, "change_28d", "Avg"),
            Shown(now, "coverage", "Avg"),
            Shown(now, "arr", "Sum"),
            Shown(now, "days_to_renewal", "Avg"),
        ],
        sorted_by=score,
        filters=[
            band,
            *(Shown(now, name) for name in ("segment", "region", "owner_id")),
        ],
    )
    course = line(
        "Score of the account by day",
        Shown(daily, "snapshot_date", is_continuous=True),
        Shown(daily, "health_score", "Avg"),
        filters=[Shown(daily, "account_id")],
    )
    effect = Shown(signals, "effect", "User")
    reasons = bars(
        "What helps and what hurts",
        [Shown(signals, "dimension"), Shown(signals, "signal")],
        Shown(signals, "contribution", "Avg"),
        colour=effect,
        filters=[Shown(signals, "account_id")],
        only=[Shown(signals, "is_latest_day"), Shown(signals, "counts")],
    )
    width, third = FILTERS_BEGIN // 2, (WHOLE - TITLE_HEIGHT) // 3
    return Dashboard(
        "Account",
        "Account: choose one in the table; as long as none is, the means of all",
        [
            Place(accounts, 0, TITLE_HEIGHT, width, 3 * third),
            Place(course, width, TITLE_HEIGHT, width, third),
            Place(reasons, width, TITLE_HEIGHT + third, width, 2 * third),
        ],
        accounts,
        effect,
    )


def choose_account(chosen: Shown, filtered: list[Shown]) -> Element:
    """An account that is chosen in the table filters the other sheets beside it."""
    actions = Element("actions")
    action = SubElement(actions, "action", caption="Choose account", name="[Choose]")
    SubElement(action, "activation", {"auto-clear": "true", "type": "on-select"})
    SubElement(
        action, "source", dashboard="Account", type="sheet", worksheet="Accounts"
    )
    value = f"<[{chosen.source.name}].[{chosen.field}]~na>"
    fields = "&".join(
        quote(f"[{one.source.name}].[{one.field}]") + f"~s0={value}" for one in filtered
    )
    SubElement(
        action,
        "link",
        {
            "caption": "Choose account",
            "delimiter": ",",
            "escape": "\\",
            "expression": f"tsl:Account?{fields}",
            "include-null": "true",
            "multi-select": "true",
            "url-escape": "true",
        },
    )
    command = SubElement(action, "command", command="tsc:tsl-filter")
    SubElement(command, "param", name="exclude", value="Accounts")
    SubElement(command, "param", name="target", value="Account")
    used = SubElement(actions, "datasources")
    for one in [chosen, *filtered]:
        SubElement(
            used,
            "datasource",
            caption=one.source.extract.caption,
            name=one.source.name,
        )
    actions.extend(dependencies(one.source, [one]) for one in [chosen, *filtered])
    return actions


def dashboard_element(dashboard: Dashboard) -> Element:
    element = Element("dashboard", name=dashboard.name)
    title = SubElement(SubElement(element, "layout-options"), "title")
    SubElement(SubElement(title, "formatted-text"), "run").text = dashboard.title
    SubElement(element, "style")
    SubElement(element, "size", {"sizing-mode": "automatic"})
    source_ = dashboard.filtered.source
    SubElement(
        SubElement(element, "datasources"),
        "datasource",
        caption=source_.extract.caption,
        name=source_.name,
    )
    element.append(dependencies(source_, dashboard.filtered.filters))
    element.append(zones(dashboard))
    SubElement(element, "simple-id", uuid=identifier("dashboard", dashboard.name))
    return element


def zones(dashboard: Dashboard) -> Element:
    """Title above, sheets below, legend and filters on the right."""
    element = Element("zones")
    numbers = count(1)
    layout = {"type-v2": "layout-basic"}
    whole = zone(element, next(numbers), 0, 0, WHOLE, WHOLE, layout)
    zone(whole, next(numbers), 0, 0, WHOLE, TITLE_HEIGHT, {"type-v2": "title"})
    for place in dashboard.places:
        zone(
            whole,
            next(numbers),
            place.x,
            place.y,
            place.width,
            place.height,
            {"name": place.sheet.name},
        )
    controls = legend_and_filters(dashboard)
    height = (WHOLE - TITLE_HEIGHT) // len(controls)
    for number, control in enumerate(controls):
        zone(
            whole,
            next(numbers),
            FILTERS_BEGIN,
            TITLE_HEIGHT + number * height,
            WHOLE - FILTERS_BEGIN,
            height,
            control,
        )
    return element


def legend_and_filters(dashboard: Dashboard) -> list[dict[str, str]]:
    coloured = next(
        place.sheet.name
        for place in dashboard.places
        if place.sheet.source is dashboard.colour.source
    )
    legend = {"type-v2": "color", "name": coloured, "param": dashboard.colour.path}
    return [legend] + [
        {
            "type-v2": "filter",
            "mode": "checkdropdown",
            "name": dashboard.filtered.name,
            "param": shown.path,
        }
        for shown in dashboard.filtered.filters
    ]


def zone(
    parent: Element,
    number: int,
    x: int,
    y: int,
    width: int,
    height: int,
    attributes: dict[str, str],
) -> Element:
    place = {"x": x, "y": y, "w": width, "h": height, "id": number}
    return SubElement(
        parent,
        "zone",
        {name: str(value) for name, value in place.items()} | attributes,
    )


def windows(sheets: list[Sheet], dashboards: list[Dashboard]) -> Element:
    """The tabs; the first dashboard is open."""
    element = Element("windows")
    for dashboard in dashboards:
        window = SubElement(
            element, "window", {"class": "dashboard", "name": dashboard.name}
        )
        if dashboard is dashboards[0]:
            window.set("maximized", "true")
        viewpoints = SubElement(window, "viewpoints")
        for place in dashboard.places:
            SubElement(
                SubElement(viewpoints, "viewpoint", name=place.sheet.name),
                "zoom",
                type="entire-view" if place.sheet.name != "Accounts" else "fit-width",
            )
        SubElement(window, "active", id="-1")
        SubElement(window, "simple-id", uuid=identifier("window", dashboard.name))
    for sheet in sheets:
        window = SubElement(
            element, "window", {"class": "worksheet", "name": sheet.name}
        )
        window.append(cards())
        SubElement(window, "simple-id", uuid=identifier("window", sheet.name))
    return element


def cards() -> Element:
    """What stands around a worksheet when it is edited."""
    element = Element("cards")
    left = SubElement(SubElement(element, "edge", name="left"), "strip", size="160")
    for kind in ("pages", "filters", "marks"):
        SubElement(left, "card", type=kind)
    top = SubElement(element, "edge", name="top")
    for kind in ("columns", "rows", "title"):
        strip = SubElement(top, "strip", size="2147483647")
        SubElement(strip, "card", type=kind)
    return element
