"""Reads the published DuckDB file: never the warehouse."""

import csv
import json
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from customer_health.colours import BAND_COLOURS, BAND_SYMBOLS, COLOUR_WORDS
from customer_health.dashboards import NoDashboards
from customer_health.dbt import PROJECT
from customer_health.formats import words

FILE = "customer_health.duckdb"


@dataclass(frozen=True)
class Band:
    """A band, and how it is shown: never by its colour alone."""

    band: str
    label: str
    symbol: str
    colour: str
    min_score: float | None

    @property
    def title(self) -> str:
        return f"{self.symbol} {self.label}"


class Published:
    """A published folder, open for reading."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        file = folder / FILE
        if not file.exists():
            raise NoDashboards(
                f"There is no {file}. Run scripts/build first, or name the folder that"
                " it published to with --published."
            )
        try:
            self.connection = duckdb.connect(str(file), read_only=True)
        except duckdb.Error as problem:
            raise NoDashboards(
                f"{file} cannot be read: {str(problem).splitlines()[0]}"
            ) from None
        # what does not fit in memory is not for the folder that people read
        self.connection.execute(
            f"set temp_directory = '{tempfile.gettempdir()}/customer_health_dashboards'"
        )
        self.connection.execute("set TimeZone = 'UTC'")
        self.marts = {
            name
            for (name,) in self.connection.execute(
                "select table_name from duckdb_tables() where not temporary"
            ).fetchall()
        }
        needed = {"account_health_current", "account_health_daily"} - self.marts
        if needed:
            raise NoDashboards(
                f"{file} has no {' and no '.join(sorted(needed))}. Run scripts/build."
            )
        manifest = folder / "manifest.json"
        self.manifest = json.loads(manifest.read_text()) if manifest.exists() else {}
        self.as_of: date | None = None
        self.bands: list[Band] = []

    def look(self) -> None:
        """Reads what every page needs."""
        self.as_of = self.value("select max(snapshot_date) from account_health_daily")
        self.bands = self._bands()

    def rows(self, query: str, parameters: list | None = None, *marts: str) -> list:
        """The rows as dictionaries; none when one of `marts` is not published."""
        if not self.marts.issuperset(marts):
            return []
        found = self.connection.execute(query, parameters or [])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def value(self, query: str, parameters: list | None = None) -> object:
        """The first column of the first row."""
        row = self.connection.execute(query, parameters or []).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        self.connection.close()

    def _bands(self) -> list[Band]:
        """The bands, best first: limits from the ledger of what was published, labels
        and order from the seed, and whatever else the marts name."""
        limits = {
            row["item"]: float(row["value"])
            for row in self.rows(
                "select item, value from policy_ledger where seed = 'health_bands'"
                " and setting = 'min_score' and version <= ?::varchar"
                " order by version",
                [str(self.as_of)],
                "policy_ledger",
            )
        }
        known = {row["band"]: row for row in seed("health_bands")}
        named = [
            name
            for (name,) in self.connection.execute(
                "select distinct unnest([health_band, settled_band])"
                " from account_health_daily"
            ).fetchall()
            if name is not None
        ]
        bands = []
        for name in dict.fromkeys([*known, *limits, *sorted(named)]):
            row = known.get(name, {})
            look = (
                name
                if name in BAND_COLOURS
                else COLOUR_WORDS.get(row.get("colour"), "unknown")
            )
            limit = limits.get(name, row.get("min_score") or None)
            bands.append(
                Band(
                    name,
                    row.get("label") or words(name).capitalize(),
                    BAND_SYMBOLS[look],
                    BAND_COLOURS[look],
                    None if limit is None else float(limit),
                )
            )
        return sorted(
            bands,
            key=lambda band: (band.min_score is None, -(band.min_score or 0)),
        )


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed, as text; none without the file."""
    file = PROJECT / "seeds" / f"{name}.csv"
    if not file.exists():
        return []
    with file.open(newline="") as rows:
        return list(csv.DictReader(rows))
