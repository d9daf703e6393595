"""The scores, computed again in plain Python from the seeds and the measured values.

Written from the rules in words (DECISIONS.md, seeds/_seeds__*.yml), not from the SQL.
"""

import csv
import operator
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from statistics import median

from laboratory import PROJECT, rows

# Scores are rounded to four decimals on the way; a tie may fall to either side.
TOLERANCE = 1.01e-4
# Weights and shares are rounded to six.
SHARE_TOLERANCE = 2e-6

Key = tuple[str, date]


@dataclass(frozen=True)
class Knots:
    """How a scorecard turns the value of a signal into a score, and its weight."""

    weight: float
    shape: str
    zero_at: float
    hundred_at: float
    fifty_at: float | None = None
    hundred_until: float | None = None
    zero_again_at: float | None = None
    missing_policy: str = "redistribute"

    def score(self, value: float) -> float:
        """0 to 100 for a measured value."""
        sign = 1 if self.hundred_at > self.zero_at else -1
        middle = self.fifty_at
        if middle is None:
            middle = (self.zero_at + self.hundred_at) / 2
        points = [(self.zero_at, 0.0), (middle, 50.0), (self.hundred_at, 100.0)]
        if self.hundred_until is not None:
            points += [(self.hundred_until, 100.0), (self.zero_again_at, 0.0)]
        points = [(sign * at, score) for at, score in points]
        value *= sign
        if self.shape == "step":
            return self._step(points, value)
        if value <= points[0][0]:
            return 0.0
        for (left, low), (right, high) in zip(points, points[1:], strict=False):
            if left < right and value <= right:
                return low + (high - low) * (value - left) / (right - left)
        return points[-1][1]

    @staticmethod
    def _step(points: list[tuple[float, float]], value: float) -> float:
        """Red below the knot for 50, yellow from there, green from that for 100."""
        if value < points[1][0]:
            return 0.0
        if value < points[2][0]:
            return 50.0
        if len(points) == 3 or value <= points[3][0]:
            return 100.0
        return 50.0 if value < points[4][0] else 0.0


@dataclass(frozen=True)
class Cap:
    """A cap on scores by a signal, which holds on all days."""

    cap: str
    signal: str
    comparison: str
    threshold: float
    cap_at: float


COMPARISONS = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass
class Policy:
    """What the seeds say."""

    signals: dict[str, dict] = field(default_factory=dict)
    axes: dict[str, str] = field(default_factory=dict)
    """Axis of each dimension."""
    minimum_coverage: dict[str, float] = field(default_factory=dict)
    """By scorecard version, such as 'default 1'."""
    dimension_weights: dict[str, dict[str, float]] = field(default_factory=dict)
    knots: dict[str, dict[str, Knots]] = field(default_factory=dict)
    bands: list[tuple[float, str]] = field(default_factory=list)
    quadrants: dict[tuple[bool, bool], str] = field(default_factory=dict)
    """By whether relationship and impact are high."""
    caps: list[Cap] = field(default_factory=list)

    alarming: set[str] = field(default_factory=set)
    """Signals that an alert looks at."""

    @property
    def capping(self) -> set[str]:
        """Signals that a cap looks at."""
        return {cap.signal for cap in self.caps}

    def cap(self, measured: dict[str, tuple[str, float | None]]) -> Cap | None:
        """The lowest cap that holds, of the signals of one account and day."""
        holding = [
            cap
            for cap in self.caps
            if cap.signal in measured
            and measured[cap.signal][0] == "measured"
            and COMPARISONS[cap.comparison](measured[cap.signal][1], cap.threshold)
        ]
        return min(holding, key=lambda cap: (cap.cap_at, cap.cap), default=None)

    def quadrant(self, relationship: float | None, impact: float | None) -> str | None:
        """Both axes are high or low: from where the best band begins."""
        if relationship is None or impact is None:
            return None
        high_from = max(at for at, _ in self.bands)
        return self.quadrants[relationship >= high_from, impact >= high_from]

    def is_stored(self, signal: str, day: date) -> bool:
        """What counts anywhere, caps or alarms is, for every account and day; what any
        scorecard shows is at the end of a month."""
        return any(signal in of_version for of_version in self.knots.values()) and (
            signal in self.capping | self.alarming
            or (day + timedelta(days=1)).day == 1
            or any(
                of_version[signal].weight > 0
                for of_version in self.knots.values()
                if signal in of_version
            )
        )

    def band(self, score: float | None) -> str:
        if score is None:
            return "unknown"
        return max((at, band) for at, band in self.bands if at <= score)[1]


def read_seed(name: str, project: Path = PROJECT) -> list[dict[str, str]]:
    with (project / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@cache
def policy(project: Path = PROJECT) -> Policy:
    """The policy of a project."""
    found = Policy()
    found.signals = {row["signal"]: row for row in read_seed("signals", project)}
    found.axes = {
        row["dimension"]: row["axis"] for row in read_seed("dimensions", project)
    }
    for row in read_seed("scorecards", project):
        version = f"{row['scorecard']} {row['version']}"
        found.minimum_coverage[version] = float(row["minimum_coverage"])
        found.dimension_weights[version] = {}
        found.knots[version] = {}
    for row in read_seed("scorecard_dimensions", project):
        version = f"{row['scorecard']} {row['version']}"
        found.dimension_weights[version][row["dimension"]] = float(row["weight"])
    for row in read_seed("scorecard_signals", project):
        version = f"{row['scorecard']} {row['version']}"
        numbers = {
            name: float(row[name]) if row[name] else None
            for name in (
                "weight",
                "zero_at",
                "fifty_at",
                "hundred_at",
                "hundred_until",
                "zero_again_at",
            )
        }
        found.knots[version][row["signal"]] = Knots(
            shape=row["shape"], missing_policy=row["missing_policy"], **numbers
        )
    found.bands = [
        (float(row["min_score"]), row["band"])
        for row in read_seed("health_bands", project)
        if row["min_score"]
    ]
    found.caps = [
        Cap(
            row["cap"],
            row["signal"],
            row["comparison"],
            float(row["threshold"]),
            float(row["cap_at"]),
        )
        for row in read_seed("score_caps", project)
    ]
    found.alarming = {row["signal"] for row in read_seed("alert_rules")} - {""}
    found.quadrants = {
        (row["relationship"] == "high", row["impact"] == "high"): row["quadrant"]
        for row in read_seed("quadrants", project)
    }
    return found


@dataclass
class SignalScore:
    score: float | None
    weight: float | None
    """None where the scorecard does not show the signal."""
    contribution: float | None


@dataclass
class DimensionScore:
    score: float | None
    weight: float
    coverage: float | None
    contribution: float | None


@dataclass
class Health:
    health_score: float | None
    """Before caps."""
    coverage: float
    applicable_share: float
    band: str
    relationship_score: float | None
    impact_score: float | None
    capped_score: float | None
    cap: str | None


class Scores:
    """Scores of account-days, from their scorecard versions and signal measurements."""

    def __init__(
        self,
        rules: Policy,
        versions: dict[Key, str],
        measurements: dict[Key, dict[str, tuple[str, float | None]]],
    ) -> None:
        """`measurements` has status and value of each signal, per account-day."""
        self.rules = rules
        self.versions = versions
        self.measurements = measurements
        self.signals: dict[tuple[str, date, str], SignalScore] = {}
        self.dimensions: dict[tuple[str, date, str], DimensionScore] = {}
        self.health: dict[Key, Health] = {}
        self._peers = self._peer_scores()
        for key in versions:
            self._score(key)

    @classmethod
    def of(
        cls,
        warehouse: Path,
        days: Collection[date] | None = None,
        make_stale: Collection[str] = (),
        project: Path = PROJECT,
    ) -> "Scores":
        """From what a warehouse measured, as if some signals had a dead source."""
        chosen = "true" if days is None else f"snapshot_date in {_listed(days)}"
        versions = {
            (account, day): f"{scorecard} {version}"
            for account, day, scorecard, version in rows(
                warehouse,
                "select account_id, snapshot_date, scorecard, scorecard_version "
                f"from account_health_daily where {chosen}",
            )
        }
        measurements: dict[Key, dict] = defaultdict(dict)
        for account, day, signal, status, value in rows(
            warehouse,
            "select account_id, snapshot_date, signal, status, value "
            f"from signal_scores_daily where {chosen}",
        ):
            if signal in make_stale:
                status, value = "stale source", None
            measurements[account, day][signal] = status, value
        return cls(policy(project), versions, measurements)

    def _peer_scores(self) -> dict[tuple[str, date, str], float]:
        """Median of what was measured by the same scorecard that day, from five on."""
        measured = defaultdict(list)
        for key, version in self.versions.items():
            for signal, knots in self._knots_of(key).items():
                status, value = self.measurements[key][signal]
                if status == "measured":
                    measured[version, key[1], signal].append(knots.score(value))
        return {
            key: median(scores) for key, scores in measured.items() if len(scores) >= 5
        }

    def _knots_of(self, key: Key) -> dict[str, Knots]:
        """The knots of the signals that are stored for an account-day, as far as its
        scorecard shows them."""
        return {
            signal: knots
            for signal, knots in self.rules.knots[self.versions[key]].items()
            if self.rules.is_stored(signal, key[1])
        }

    def _signal_score(self, key: Key, signal: str, knots: Knots) -> float | None:
        status, value = self.measurements[key][signal]
        if status == "measured":
            return round(knots.score(value), 4)
        if status != "missing":
            return None
        if knots.missing_policy == "peer_median":
            peers = self._peers.get((self.versions[key], key[1], signal))
            return None if peers is None else round(peers, 4)
        return {"neutral": 50.0, "penalise": 0.0}.get(knots.missing_policy)

    def _score(self, key: Key) -> None:
        version = self.versions[key]
        all_knots = self._knots_of(key)
        scores = {
            signal: self._signal_score(key, signal, knots)
            for signal, knots in all_knots.items()
        }
        statuses = {signal: self.measurements[key][signal][0] for signal in all_knots}
        applies = {name for name in all_knots if statuses[name] != "not applicable"}
        scored = {name for name in all_knots if scores[name] is not None}
        measured = {name for name in all_knots if statuses[name] == "measured"}

        effective = self._weights(version, scored)
        base_of_coverage = self._weights(version, applies)
        configured = self._weights(version, set(all_knots))

        for signal in self.rules.signals:
            if signal not in all_knots and self.rules.is_stored(signal, key[1]):
                self.signals[*key, signal] = SignalScore(None, None, None)
        for signal in all_knots:
            score = scores[signal]
            weight = effective.get(signal, 0.0)
            self.signals[*key, signal] = SignalScore(
                score, weight, None if score is None else weight * (score - 50)
            )

        def total(names: Collection[str]) -> float:
            return sum(all_knots[name].weight for name in names)

        axis_scores = {}
        parts: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for dimension in self.rules.dimension_weights[version]:
            of_dimension = {
                signal
                for signal in all_knots
                if self.rules.signals[signal]["dimension"] == dimension
            }
            counted = {name for name in of_dimension if all_knots[name].weight}
            if not counted:
                continue
            points = sum(
                all_knots[name].weight * scores[name] for name in counted & scored
            )
            weight = sum(effective.get(signal, 0.0) for signal in of_dimension)
            of_scored = total(counted & scored)
            of_applicable = total(counted & applies)
            score = points / of_scored if of_scored else None
            self.dimensions[*key, dimension] = DimensionScore(
                score,
                weight,
                total(counted & measured) / of_applicable if of_applicable else None,
                weight * (score - 50) if of_scored else None,
            )
            if weight:
                for name in ("all", self.rules.axes[dimension]):
                    parts[name].append((weight, score))
        for name, weighted in parts.items():
            axis_scores[name] = round(
                sum(weight * score for weight, score in weighted)
                / sum(weight for weight, _ in weighted),
                4,
            )
        coverage = sum(base_of_coverage.get(name, 0.0) for name in measured)
        if coverage < self.rules.minimum_coverage[version] - 1e-9:
            axis_scores = {}
        score = axis_scores.get("all")
        cap = self.rules.cap(self.measurements[key])
        if score is None or (cap and cap.cap_at >= score):
            cap = None
        capped = cap.cap_at if cap else score
        self.health[key] = Health(
            score,
            coverage,
            sum(configured[name] for name in applies if name in configured),
            self.rules.band(capped),
            axis_scores.get("relationship"),
            axis_scores.get("impact"),
            capped,
            cap.cap if cap else None,
        )

    def _weights(self, version: str, counted: set[str]) -> dict[str, float]:
        """Share of health per signal, when only some count: weights in the dimension
        add up to that of the dimension, those of the dimensions to one."""
        totals: dict[str, float] = defaultdict(float)
        for name in counted:
            knots = self.rules.knots[version][name]
            totals[self.rules.signals[name]["dimension"]] += knots.weight
        of_dimensions = self.rules.dimension_weights[version]
        all_dimensions = sum(of_dimensions[name] for name in totals if totals[name] > 0)
        if not all_dimensions:
            return {}
        found = {}
        for name in counted:
            dimension = self.rules.signals[name]["dimension"]
            if totals[dimension]:
                within = self.rules.knots[version][name].weight / totals[dimension]
                found[name] = within * of_dimensions[dimension] / all_dimensions
        return found


def _listed(days: Collection[date]) -> str:
    return "(" + ", ".join(f"date '{day}'" for day in days) + ")"
