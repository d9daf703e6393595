"""Worksheets of the workbook, a function for each kind: bars, areas, lines, tables."""

import uuid
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from customer_health.colours import SCORE
from customer_health.tableau.extracts import EXTRACTS
from customer_health.tableau.sources import Source, bands, quoted

USER = "http://www.tableausoftware.com/xml/user"
# prefix of a field's name on a shelf
PREFIXES = {"None": "none", "Sum": "sum", "Avg": "avg", "CountD": "ctd", "User": "usr"}
MEASURE_NAMES = "[:Measure Names]"
# how a filter looks when somebody opens it, by its function
FILTER_MARKS = {
    "level-members": {"ui-enumeration": "all", "ui-marker": "enumerate"},
    "member": {
        "ui-domain": "relevant",
        "ui-enumeration": "inclusive",
        "ui-marker": "enumerate",
    },
    "union": {"op": "manual"},
}


@dataclass(frozen=True)
class Shown:
    """A field on a shelf: as it is, or summed up."""

    source: Source
    field: str
    derivation: str = "None"
    is_continuous: bool = False

    @property
    def name(self) -> str:
        kind = {"nominal": "nk", "ordinal": "ok", "quantitative": "qk"}[self.type]
        return f"[{PREFIXES[self.derivation]}:{self.field}:{kind}]"

    @property
    def path(self) -> str:
        return f"[{self.source.name}].{self.name}"

    @property
    def type(self) -> str:
        if self.is_continuous or self.derivation in ("Sum", "Avg", "CountD"):
            return "quantitative"
        return self.source.fields[self.field].type

    def element(self) -> Element:
        return Element(
            "column-instance",
            column=f"[{self.field}]",
            derivation=self.derivation,
            name=self.name,
            pivot="key",
            type=self.type,
        )


@dataclass(frozen=True)
class Sheet:
    """A worksheet, what it shows of its source, and what it can be filtered by."""

    name: str
    source: Source
    filters: list[Shown]
    element: Element


def bars(
    name: str,
    rows: list[Shown],
    length: Shown,
    *,
    colour: Shown,
    filters: list[Shown],
    only: list[Shown],
) -> Sheet:
    """A bar for each value of `rows`, with its number."""
    sheet = new_sheet(name, [*rows, length, colour], filters, only)
    for row in rows:
        if row.field == "health_band":
            sort_bands(sheet, row)
    return finish(
        sheet,
        rows=nested(rows),
        columns=length.path,
        mark="Bar",
        encodings=[("color", colour.path), ("text", length.path)],
    )


def areas(
    name: str, day: Shown, height: Shown, *, colour: Shown, filters: list[Shown]
) -> Sheet:
    """Areas by day, one upon the other."""
    sheet = new_sheet(name, [day, height, colour], filters, [])
    sort_bands(sheet, colour)
    return finish(
        sheet,
        rows=height.path,
        columns=day.path,
        mark="Area",
        encodings=[("color", colour.path)],
    )


def line(name: str, day: Shown, score: Shown, *, filters: list[Shown]) -> Sheet:
    """A score by day, on an axis from 0 to 100."""
    sheet = new_sheet(name, [day, score], filters, [])
    return finish(
        sheet,
        rows=score.path,
        columns=day.path,
        mark="Line",
        encodings=[],
        axis=score,
    )


def table(
    name: str,
    rows: list[Shown],
    measures: list[Shown],
    *,
    sorted_by: Shown,
    filters: list[Shown],
) -> Sheet:
    """A line for each value of `rows`, with several measures beside each other."""
    sheet = new_sheet(name, [*rows, *measures], filters, [])
    source = rows[0].source
    chosen = filter_of(f"[{source.name}].{MEASURE_NAMES}", "union")
    for measure in measures:
        SubElement(
            chosen[0],
            "groupfilter",
            function="member",
            level=MEASURE_NAMES,
            member=quoted(measure.path),
        )
    sheet.view.append(chosen)
    sheet.view.append(
        Element(
            "computed-sort",
            column=rows[0].path,
            direction="ASC",
            using=sorted_by.path,
        )
    )
    sort = Element(
        "manual-sort",
        column=f"[{source.name}].{MEASURE_NAMES}",
        direction="ASC",
    )
    add_buckets(sort, [measure.path for measure in measures])
    sheet.view.append(sort)
    sheet.slices.append(f"[{source.name}].{MEASURE_NAMES}")
    return finish(
        sheet,
        rows=nested(rows),
        columns=f"[{source.name}].{MEASURE_NAMES}",
        mark="Text",
        encodings=[("text", f"[{source.name}].[Multiple Values]")],
    )


# what all kinds have in common


@dataclass(frozen=True)
class Begun:
    """A worksheet of which the view is not yet complete."""

    name: str
    source: Source
    filters: list[Shown]
    slices: list[str]
    view: Element


def new_sheet(
    name: str, shown: list[Shown], filters: list[Shown], only: list[Shown]
) -> Begun:
    """A worksheet that can be filtered, and shows `only` rows where those are true."""
    source = shown[0].source
    view = Element("view")
    SubElement(
        SubElement(view, "datasources"),
        "datasource",
        caption=source.extract.caption,
        name=source.name,
    )
    view.append(dependencies(source, [*shown, *filters, *only]))
    for shown_filter in filters:
        filter_ = filter_of(shown_filter.path, "level-members")
        filter_.set("filter-group", str(group_of(shown_filter)))
        filter_[0].set("level", shown_filter.name)
        view.append(filter_)
    for condition in only:
        filter_ = filter_of(condition.path, "member")
        filter_[0].set("level", condition.name)
        filter_[0].set("member", "true")
        view.append(filter_)
    slices = [one.path for one in [*filters, *only]]
    return Begun(name, source, filters, slices, view)


def dependencies(source: Source, shown: list[Shown]) -> Element:
    """The fields that a sheet shows, and those that their formulas read."""
    element = Element("datasource-dependencies", datasource=source.name)
    names = {one.field for one in shown}
    names |= {used for name in names for used in source.fields[name].uses}
    element.extend(source.fields[name].element() for name in sorted(names))
    instances = {one.name: one for one in shown}
    element.extend(instances[name].element() for name in sorted(instances))
    return element


def filter_of(column: str, function: str) -> Element:
    """A filter by the values of a column, to be completed."""
    filter_ = Element("filter", {"class": "categorical", "column": column})
    choice = SubElement(filter_, "groupfilter", function=function)
    for name, value in FILTER_MARKS[function].items():
        choice.set(f"{{{USER}}}{name}", value)
    return filter_


def group_of(shown: Shown) -> int:
    """A number of its own for a filter: sheets that have it are filtered together."""
    place = list(shown.source.fields).index(shown.field)
    return 100 * (1 + EXTRACTS.index(shown.source.extract)) + place


def nested(shown: list[Shown]) -> str:
    """Fields on a shelf, one within the other."""
    paths = " / ".join(one.path for one in shown)
    return f"({paths})" if len(shown) > 1 else paths


def sort_bands(sheet: Begun, band: Shown) -> None:
    sort = SubElement(sheet.view, "manual-sort", column=band.path, direction="ASC")
    add_buckets(sort, bands())


def add_buckets(sort: Element, values: list[str]) -> None:
    dictionary = SubElement(sort, "dictionary")
    for value in values:
        SubElement(dictionary, "bucket").text = quoted(value)


def finish(
    sheet: Begun,
    *,
    rows: str,
    columns: str,
    mark: str,
    encodings: list[tuple[str, str]],
    axis: Shown | None = None,
) -> Sheet:
    """Puts the fields on their shelves."""
    worksheet = Element("worksheet", name=sheet.name)
    title = SubElement(SubElement(worksheet, "layout-options"), "title")
    SubElement(SubElement(title, "formatted-text"), "run").text = sheet.name
    body = SubElement(worksheet, "table")
    body.append(sheet.view)
    if sheet.slices:
        slices = SubElement(sheet.view, "slices")
        for column in sheet.slices:
            SubElement(slices, "column").text = column
    SubElement(sheet.view, "aggregation", value="true")
    body.append(axis_style(axis))
    pane = SubElement(SubElement(body, "panes"), "pane")
    SubElement(SubElement(pane, "view"), "breakdown", value="auto")
    SubElement(pane, "mark", {"class": mark})
    if encodings:
        shelf = SubElement(pane, "encodings")
        for kind, column in encodings:
            SubElement(shelf, kind, column=column)
    pane.append(mark_style(mark))
    SubElement(body, "rows").text = rows
    SubElement(body, "cols").text = columns
    SubElement(worksheet, "simple-id", uuid=identifier("worksheet", sheet.name))
    return Sheet(sheet.name, sheet.source, sheet.filters, worksheet)


def axis_style(axis: Shown | None) -> Element:
    style = Element("style")
    if axis:
        SubElement(
            SubElement(style, "style-rule", element="axis"),
            "encoding",
            {
                "attr": "space",
                "class": "0",
                "field": axis.path,
                "field-type": "quantitative",
                "max": "100",
                "min": "0",
                "range-type": "fixed",
                "scope": "rows",
                "type": "space",
            },
        )
    return style


def mark_style(mark: str) -> Element:
    style = Element("style")
    rule = SubElement(style, "style-rule", element="mark")
    if mark == "Line":
        SubElement(rule, "format", attr="mark-color", value=SCORE)
    if mark == "Bar":
        SubElement(rule, "format", attr="mark-labels-show", value="true")
    return style


def identifier(kind: str, name: str) -> str:
    """The same for the same sheet, whenever it is written."""
    return f"{{{uuid.uuid5(uuid.NAMESPACE_OID, f'{kind} {name}')}}}".upper()
