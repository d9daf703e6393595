"""Data sources of the workbook: an extract each, fields in words, band colours."""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from customer_health.colours import BAD, BAND_COLOURS, COLOUR_WORDS, GOOD
from customer_health.dbt import PROJECT
from customer_health.tableau.extracts import Column, Extract

# datatype of Tableau, and the number that OLE DB gives the type of Hyper
TABLEAU_TYPES = {
    "BIGINT": ("integer", "20"),
    "BOOLEAN": ("boolean", "11"),
    "DATE": ("date", "133"),
    "DOUBLE": ("real", "5"),
    "INTEGER": ("integer", "3"),
    "TIMESTAMP": ("datetime", "135"),
    "VARCHAR": ("string", "129"),
}
DAY = "*yyyy-mm-dd"
SHARE = "p0%"
WHOLE = "n#,##0;-#,##0"
POINTS = "n#,##0.0;-#,##0.0"
FORMATS = {
    "applicable_share": SHARE,
    "arr": WHOLE,
    "contribution": "n+#,##0.00;-#,##0.00;0",
    "coverage": SHARE,
    "renewal_probability": SHARE,
    "snapshot_date": DAY,
    "stale_share": SHARE,
    "value": "n#,##0.##;-#,##0.##",
    "weight": "p0.0%",
}
SUMMED = {"arr", "contribution"}
NOT_MEASURES = {"scorecard_version"}
# columns whose ids a seed has words for: its file, and its columns with ids and words
WORDS = {
    "action": ("actions", "action", "title"),
    "dimension": ("dimensions", "dimension", "label"),
    "health_band": ("health_bands", "band", "label"),
    "quadrant": ("quadrants", "quadrant", "label"),
    "settled_band": ("health_bands", "band", "label"),
    "signal": ("signals", "signal", "label"),
}
EFFECTS = {"helps": GOOD, "hurts": BAD}


@dataclass(frozen=True)
class Field:
    """A column of an extract, or a formula on it, as Tableau shows it."""

    name: str
    datatype: str
    role: str
    type: str
    caption: str
    description: str = ""
    format: str = ""
    aggregation: str = ""
    aliases: dict[str, str] = field(default_factory=dict)
    formula: str = ""
    uses: tuple[str, ...] = ()
    """Columns that the formula reads."""

    def element(self) -> Element:
        attributes = {
            "caption": self.caption,
            "datatype": self.datatype,
            "name": f"[{self.name}]",
            "role": self.role,
            "type": self.type,
        }
        if self.format:
            attributes["default-format"] = self.format
        if self.aggregation:
            attributes["aggregation"] = self.aggregation
        element = Element("column", attributes)
        if self.formula:
            SubElement(element, "calculation", {"class": "tableau"}).set(
                "formula", self.formula
            )
        if self.aliases:
            aliases = SubElement(element, "aliases")
            for key, words in self.aliases.items():
                SubElement(aliases, "alias", key=quoted(key), value=words)
        if self.description:
            text = SubElement(SubElement(element, "desc"), "formatted-text")
            SubElement(text, "run").text = self.description
        return element


@dataclass(frozen=True)
class Source:
    """An extract as a data source."""

    extract: Extract
    columns: list[Column]
    fields: dict[str, Field]

    @property
    def name(self) -> str:
        return f"federated.{self.extract.name}"

    def element(self, folder: str) -> Element:
        """`folder` is where the extract lies, as seen from the workbook."""
        element = Element(
            "datasource",
            caption=self.extract.caption,
            inline="true",
            name=self.name,
            version="26.1",
        )
        element.append(self._connection(folder))
        SubElement(element, "aliases", enabled="yes")
        element.extend(field.element() for field in self.fields.values())
        SubElement(
            element,
            "column",
            caption=self.extract.caption,
            datatype="table",
            name=f"[__tableau_internal_object_id__].[{self.extract.name}]",
            role="measure",
            type="quantitative",
        )
        element.extend(self._coloured())
        if "signal" in self.fields:
            path = SubElement(
                SubElement(element, "drill-paths"), "drill-path", name="Signals"
            )
            for level in ("dimension", "signal"):
                SubElement(path, "field").text = f"[{level}]"
        SubElement(
            element,
            "layout",
            {
                "dim-ordering": "alphabetic",
                "measure-ordering": "alphabetic",
                "show-structure": "true",
            },
        )
        element.append(self._colours())
        objects = SubElement(SubElement(element, "object-graph"), "objects")
        table = SubElement(
            objects, "object", caption=self.extract.caption, id=self.extract.name
        )
        SubElement(table, "properties", context="").append(self._relation())
        return element

    def _connection(self, folder: str) -> Element:
        connection = Element("connection", {"class": "federated"})
        named = SubElement(
            SubElement(connection, "named-connections"),
            "named-connection",
            caption=self.extract.name,
            name=f"hyper.{self.extract.name}",
        )
        SubElement(
            named,
            "connection",
            {
                "authentication": "auth-none",
                "class": "hyper",
                "dbname": folder + self.extract.file,
                "default-settings": "yes",
                "schema": "Extract",
                "sslmode": "",
                "tablename": "Extract",
                "username": "tableau_internal_user",
            },
        )
        connection.append(self._relation())
        records = SubElement(connection, "metadata-records")
        records.extend(
            self._record(number, column) for number, column in enumerate(self.columns)
        )
        return connection

    def _relation(self) -> Element:
        return Element(
            "relation",
            connection=f"hyper.{self.extract.name}",
            name="Extract",
            table="[Extract].[Extract]",
            type="table",
        )

    def _record(self, number: int, column: Column) -> Element:
        """What Tableau remembers of a column of the extract."""
        datatype, remote_type = TABLEAU_TYPES[column.type]
        record = Element("metadata-record", {"class": "column"})
        for name, value in (
            ("remote-name", column.name),
            ("remote-type", remote_type),
            ("local-name", f"[{column.name}]"),
            ("parent-name", "[Extract]"),
            ("remote-alias", column.name),
            ("ordinal", str(number)),
            ("local-type", datatype),
            ("aggregation", self.fields[column.name].aggregation or "Count"),
            ("contains-null", "true"),
            ("object-id", f"[{self.extract.name}]"),
        ):
            SubElement(record, name).text = value
        return record

    def _coloured(self) -> list[Element]:
        """The fields as they are coloured by."""
        return [
            Element(
                "column-instance",
                column=f"[{name}]",
                derivation=derivation,
                name=instance,
                pivot="key",
                type="nominal",
            )
            for name, derivation, instance, _ in self._palettes()
        ]

    def _colours(self) -> Element:
        """Colours are kept here: Tableau does not look for them in a worksheet."""
        style = Element("style")
        rule = SubElement(style, "style-rule", element="mark")
        for _, _, instance, colours in self._palettes():
            encoding = SubElement(
                rule, "encoding", attr="color", field=instance, type="palette"
            )
            for value, colour in colours.items():
                SubElement(
                    SubElement(encoding, "map", to=colour), "bucket"
                ).text = quoted(value)
        return style

    def _palettes(self) -> list[tuple[str, str, str, dict[str, str]]]:
        """Field, derivation, name of both together, and colour by value."""
        palettes = [
            (name, "None", f"[none:{name}:nk]", band_colours())
            for name in ("health_band", "settled_band")
            if name in self.fields
        ]
        if "effect" in self.fields:
            palettes.append(("effect", "User", "[usr:effect:nk]", EFFECTS))
        return palettes


def source(extract: Extract, columns: list[Column]) -> Source:
    fields = [field_of(column) for column in columns]
    names = {column.name for column in columns}
    if "snapshot_date" in names:
        fields.append(
            Field(
                "is_latest_day",
                "boolean",
                "dimension",
                "nominal",
                "Is latest day",
                "Whether the row is of the newest day.",
                formula="[snapshot_date] = {MAX([snapshot_date])}",
                uses=("snapshot_date",),
            )
        )
    if "contribution" in names:
        fields += [
            Field(
                "counts",
                "boolean",
                "dimension",
                "nominal",
                "Counts",
                "Whether the signal had a weight in the score of the account's day.",
                formula="[weight] > 0",
                uses=("weight",),
            ),
            Field(
                "effect",
                "string",
                "measure",
                "nominal",
                "Helps or hurts",
                "Whether the signal adds points to the score or takes points from it.",
                formula="IF AVG([contribution]) < 0 THEN 'hurts' ELSE 'helps' END",
                uses=("contribution",),
            ),
        ]
    return Source(extract, columns, {field.name: field for field in fields})


def field_of(column: Column) -> Field:
    datatype, _ = TABLEAU_TYPES[column.type]
    is_measure = datatype in ("integer", "real") and column.name not in NOT_MEASURES
    is_ordinal = datatype in ("integer", "date", "datetime")
    aggregation, form = "", ""
    if is_measure:
        aggregation = "Sum" if column.name in SUMMED else "Avg"
        form = POINTS if datatype == "real" else WHOLE
    return Field(
        column.name,
        datatype,
        "measure" if is_measure else "dimension",
        "quantitative" if is_measure else "ordinal" if is_ordinal else "nominal",
        caption(column.name),
        " ".join(column.description.split()),
        FORMATS.get(column.name, form),
        aggregation,
        words_of(column.name),
    )


def caption(name: str) -> str:
    """'uncapped_health_score' as 'Uncapped health score'."""
    words = name.replace("_", " ")
    return "ARR" if words == "arr" else words[:1].upper() + words[1:]


def words_of(column: str) -> dict[str, str]:
    """Words by the id that the column holds, where a seed has them."""
    if column not in WORDS:
        return {}
    seed, key, words = WORDS[column]
    return {row[key]: row[words] for row in read_seed(seed) if row[words]}


def bands() -> list[str]:
    """Bands, the best first."""
    rows = sorted(read_seed("health_bands"), key=lambda row: int(row["sort_order"]))
    return list(dict.fromkeys(row["band"] for row in rows))


def band_colours() -> dict[str, str]:
    """Colour by band; a band of another name has that of the seed's word for it."""
    words = {row["band"]: row["colour"] for row in read_seed("health_bands")}
    return {
        band: BAND_COLOURS.get(band)
        or BAND_COLOURS[COLOUR_WORDS.get(words[band], "unknown")]
        for band in bands()
    }


def read_seed(name: str, folder: Path = PROJECT / "seeds") -> list[dict[str, str]]:
    """Rows of a seed; of several versions of a row the last comes last."""
    with (folder / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return sorted(rows, key=lambda row: row.get("effective_from") or "")


def quoted(value: str) -> str:
    """A text as Tableau writes it where any value may stand."""
    return '"' + value.replace('"', '""') + '"'
