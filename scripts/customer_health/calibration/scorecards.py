"""Scorecards as the seeds have them: reads a version, and appends a candidate."""

import csv
import io
import os
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from customer_health.calibration import CannotCalibrate

KNOTS = ("zero_at", "fifty_at", "hundred_at", "hundred_until", "zero_again_at")
BOUNDS = "calibration_bounds"
WRITTEN = ("scorecards", "scorecard_dimensions", "scorecard_signals")
Row = dict[str, str]


@dataclass(frozen=True)
class Knots:
    """How a value becomes 0 to 100; None is blank in the seed."""

    shape: str
    zero_at: float
    fifty_at: float | None
    hundred_at: float
    hundred_until: float | None = None
    zero_again_at: float | None = None

    @property
    def direction(self) -> int:
        """-1 when less is better."""
        return 1 if self.hundred_at > self.zero_at else -1

    def are_in_order(self) -> bool:
        """Whether the claims on the seed accept them."""
        half_way = (self.zero_at + self.hundred_at) / 2
        fifty_at = half_way if self.fifty_at is None else self.fifty_at
        ordered = [
            self.direction * knot
            for knot in (
                self.zero_at,
                fifty_at,
                self.hundred_at,
            )
        ]
        return self.zero_at != self.hundred_at and ordered[0] < ordered[1] < ordered[2]


@dataclass(frozen=True)
class Signal:
    """A signal that a scorecard version shows, with its meaning."""

    name: str
    label: str
    dimension: str
    better: str
    known_from_days: int
    """From so many days before an outcome on it may know the outcome; 0 is never."""
    weight: float
    """Within its dimension."""
    knots: Knots
    missing_policy: str


@dataclass(frozen=True)
class Scorecard:
    """A version of a scorecard."""

    name: str
    version: int
    minimum_coverage: float
    dimension_weights: dict[str, float]
    signals: tuple[Signal, ...]
    """Those that are weighed."""
    row: Row
    signal_rows: tuple[Row, ...]
    """Of all signals that it shows, in the order of the seed."""

    @property
    def dimensions(self) -> list[str]:
        return list(self.dimension_weights)

    @property
    def dimension_of_signal(self) -> np.ndarray:
        """The place of each signal's dimension in `dimensions`."""
        places = {name: place for place, name in enumerate(self.dimensions)}
        return np.array([places[signal.dimension] for signal in self.signals])

    def shares(self) -> np.ndarray:
        """What each signal weighs in the score when all are known; they add up to 1."""
        weights = np.array([signal.weight for signal in self.signals])
        of_dimension = np.array(list(self.dimension_weights.values()))
        place = self.dimension_of_signal
        sums = np.bincount(place, weights, minlength=len(of_dimension))
        shares = of_dimension[place] * weights / np.where(sums > 0, sums, 1)[place]
        return shares / shares.sum()

    def with_knots(self, knots: dict[str, Knots]) -> "Scorecard":
        """The same with other knots of the signals that `knots` names."""
        return replace(
            self,
            signals=tuple(
                replace(signal, knots=knots.get(signal.name, signal.knots))
                for signal in self.signals
            ),
        )


def read_scorecard(
    seeds: Path, name: str, day: date, *, include_watched: bool = False
) -> Scorecard:
    """The version that is published on a day, else the newest candidate; with its
    signals without weight only where they are to be weighed too."""
    rows = [row for row in _read(seeds, "scorecards") if row["scorecard"] == name]
    if not rows:
        known = sorted({row["scorecard"] for row in _read(seeds, "scorecards")})
        raise CannotCalibrate(
            f"There is no scorecard {name}. seeds/scorecards.csv has"
            f" {', '.join(known)}: name one with --scorecard."
        )
    in_force = [
        row
        for row in rows
        if row["status"] == "published"
        and row["effective_from"] <= day.isoformat()
        and (not row["effective_to"] or row["effective_to"] > day.isoformat())
    ]
    row = max(in_force or rows, key=lambda row: int(row["version"]))
    version = row["version"]

    def of_version(seed: str) -> list[Row]:
        return [
            row
            for row in _read(seeds, seed)
            if (row["scorecard"], row["version"]) == (name, version)
        ]

    meanings = {row["signal"]: row for row in _read(seeds, "signals")}
    dimension_weights = {
        row["dimension"]: float(row["weight"])
        for row in of_version("scorecard_dimensions")
    }
    signal_rows = of_version("scorecard_signals")
    signals = [_signal(row, meanings[row["signal"]]) for row in signal_rows]
    return Scorecard(
        name,
        int(version),
        float(row["minimum_coverage"]),
        dimension_weights,
        tuple(
            signal
            for signal in signals
            if include_watched
            or (signal.weight > 0 and dimension_weights[signal.dimension] > 0)
        ),
        row,
        tuple(signal_rows),
    )


def _signal(row: Row, meaning: Row) -> Signal:
    knots = {name: float(row[name]) if row[name] else None for name in KNOTS}
    return Signal(
        row["signal"],
        meaning["label"],
        meaning["dimension"],
        meaning["better"],
        int(meaning["used_from_days_before_outcome"] or 0),
        float(row["weight"]),
        Knots(row["shape"], **knots),
        row["missing_policy"],
    )


def read_bounds(seeds: Path) -> dict[str, tuple[float, float]]:
    """The least and the greatest share of the score that a dimension may have."""
    return {
        row["dimension"]: (float(row["minimum_share"]), float(row["maximum_share"]))
        for row in _read(seeds, BOUNDS)
    }


def dimension_labels(seeds: Path) -> dict[str, str]:
    return {row["dimension"]: row["label"] for row in _read(seeds, "dimensions")}


def _read(seeds: Path, seed: str) -> list[Row]:
    path = seeds / f"{seed}.csv"
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise CannotCalibrate(
            f"There is no {path}. Name the folder with the seeds by --seeds."
        ) from None


# writing


def number(value: float) -> str:
    """A number as a person writes it: 0.35, 25000, -1.5."""
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def append_candidate(
    seeds: Path,
    scorecard: Scorecard,
    points: np.ndarray,
    *,
    changed_by: str,
    reason: str,
) -> int:
    """Appends a candidate version to the three seeds, or finds it there; its number.

    `scorecard` has the knots, `points` the weights: of a signal its points of 100 in
    the whole score, of a dimension their sum. All that the files hold stays as it is.
    Raises CannotCalibrate, with no file changed, when one cannot be written.
    """
    rows = [
        row for row in _read(seeds, "scorecards") if row["scorecard"] == scorecard.name
    ]
    dimensions, signals = _candidate_rows(scorecard, points)
    for row in rows:
        if row["status"] == "candidate" and _is_there(
            seeds, scorecard.name, row["version"], dimensions, signals
        ):
            return int(row["version"])
    version = max(int(row["version"]) for row in rows) + 1
    header = scorecard.row | {
        "version": str(version),
        # a candidate scores no day: who publishes it says from when on
        "effective_from": "1900-01-01",
        "effective_to": "",
        "status": "candidate",
        "changed_by": changed_by,
        "change_reason": reason,
    }
    key = {"scorecard": scorecard.name, "version": str(version)}
    _append(
        seeds,
        {
            "scorecards": [header],
            "scorecard_dimensions": [key | row for row in dimensions],
            "scorecard_signals": [row | key for row in signals],
        },
    )
    return version


def _candidate_rows(
    scorecard: Scorecard, points: np.ndarray
) -> tuple[list[Row], list[Row]]:
    """Rows of dimensions and of signals, without scorecard and version."""
    place = scorecard.dimension_of_signal
    sums = np.bincount(place, points, minlength=len(scorecard.dimensions))
    dimensions = [
        {"dimension": name, "weight": number(weight)}
        for name, weight in zip(scorecard.dimensions, sums, strict=True)
    ]
    weighed = {
        signal.name: (signal.knots, weight)
        for signal, weight in zip(scorecard.signals, points, strict=True)
    }
    signals = []
    for before in scorecard.signal_rows:
        row = dict(before)
        if row["signal"] in weighed:
            knots, weight = weighed[row["signal"]]
            row["weight"] = number(weight)
            for name in KNOTS:
                value = getattr(knots, name)
                # what did not move keeps its spelling
                if value is not None and value != float(row[name] or "nan"):
                    row[name] = number(value)
        signals.append(row)
    return dimensions, signals


def _is_there(
    seeds: Path, name: str, version: str, dimensions: list[Row], signals: list[Row]
) -> bool:
    """Whether a version has these rows."""

    def content(rows: list[Row]) -> set[tuple]:
        return {
            tuple(
                sorted(
                    item
                    for item in row.items()
                    if item[0] not in ("scorecard", "version")
                )
            )
            for row in rows
        }

    def of_version(seed: str) -> list[Row]:
        return [
            row
            for row in _read(seeds, seed)
            if (row["scorecard"], row["version"]) == (name, version)
        ]

    return content(of_version("scorecard_dimensions")) == content(
        dimensions
    ) and content(of_version("scorecard_signals")) == content(signals)


def _append(seeds: Path, rows: dict[str, list[Row]]) -> None:
    """Appends rows in the order of each file's columns; all files or none."""
    contents = {}
    for seed in WRITTEN:
        path = seeds / f"{seed}.csv"
        before = path.read_bytes().decode("utf-8")
        ending = "\r\n" if "\r\n" in before else "\n"
        if not before.endswith("\n"):
            before += ending
        columns = next(csv.reader(io.StringIO(before)))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator=ending)
        writer.writerows(rows[seed])
        contents[path] = before + text.getvalue()
    temporary = {path: path.with_name(f".{path.name}.new") for path in contents}
    try:
        for path, content in contents.items():
            if not os.access(path, os.W_OK):
                raise PermissionError(13, "it is read-only", str(path))
            temporary[path].write_bytes(content.encode("utf-8"))
        # a version without its row in scorecards.csv scores nothing: that comes last
        for path in reversed(contents):
            os.replace(temporary[path], path)
    except OSError as problem:
        raise CannotCalibrate(
            f"The candidate cannot be written: {problem}. Make the files in {seeds}"
            " writable and run the same command again; it finds the same candidate."
        ) from problem
    finally:
        for path in temporary.values():
            if path.is_file():
                path.unlink()
