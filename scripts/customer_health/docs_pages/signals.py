"""docs/signals.md: what every signal means and what it is worth, from the seeds and the
contract of the raw tables.
"""

import re
from pathlib import Path

from customer_health.docs_pages.text import Row, anchor, contract, page, seed, table

SCORECARD = "default"

INTRODUCTION = """\
# Signals

*Written by `scripts/generate_docs` from `seeds/` and the contract of the
raw tables: change those, then run it again.*

{counts}

How to read the tables:

- **Name**: what people read of it in `health_drivers` and `health_changes`.
- **Window**: days that it looks back on, the day itself included; without one it is
  what is true at the end of the day, or since something happened.
- **Better**: whether more or less of it is good news, or the middle.
- **0 / 50 / 100**: the values that score 0, 50 and 100; between them scores lie on a
  line. "to 6, 0 from 25" is best in the middle: above 6 the score falls, to 0 at 25.
- **Weight**: within its dimension, and what that is of 100 points of the score when all
  is measured; *watched* signals are computed and shown, and count nothing.
- **When unknown**: `redistribute` lets the other signals of the dimension carry its
  weight, `peer_median` takes the median score of similar accounts, `neutral` is 50,
  `penalise` is 0.
- **Raw table**: the one without which it does not apply, and which makes it unknown
  when it is stale; in brackets that of businesses whose customers are known by their
  activity.
- **Asked by**: section and number of the requirements that the project was created
  from.
- **Ground**: what the three values rest on.
"""


def signals_page(project: Path) -> str:
    """The catalogue as Markdown."""
    dimensions = seed(project, "dimensions")
    signals = seed(project, "signals")
    actions = {row["action"]: row["title"] for row in seed(project, "actions")}
    version = latest_published(project)[SCORECARD]
    knots, weights = weights_of(project, SCORECARD, version)
    points = points_of(signals, knots, weights)

    parts = [INTRODUCTION.format(counts=_counts(signals, points, version))]
    parts += [_summary(dimensions, signals, points, weights)]
    for dimension in dimensions:
        own = [row for row in signals if row["dimension"] == dimension["dimension"]]
        parts += [
            f"## {dimension['label']}",
            f"{dimension['description']}. Axis: {dimension['axis']}.",
            _signal_table(own, knots, points, actions),
        ]
    parts += ["## Raw tables", _raw_tables(project, signals)]
    return page(parts)


def latest_published(project: Path) -> dict[str, int]:
    """The latest published version of every scorecard that has one."""
    latest: dict[str, int] = {}
    for row in seed(project, "scorecards"):
        if row["status"] == "published":
            name = row["scorecard"]
            latest[name] = max(latest.get(name, 0), int(row["version"]))
    return latest


def weights_of(
    project: Path, scorecard: str, version: int
) -> tuple[dict[str, Row], dict[str, float]]:
    """The rows of a version by signal, and its weights by dimension."""

    def of_version(name: str, key: str) -> dict[str, Row]:
        return {
            row[key]: row
            for row in seed(project, name)
            if row["scorecard"] == scorecard and int(row["version"]) == version
        }

    weights = of_version("scorecard_dimensions", "dimension")
    return (
        of_version("scorecard_signals", "signal"),
        {name: float(row["weight"]) for name, row in weights.items()},
    )


def points_of(
    signals: list[Row], knots: dict[str, Row], weights: dict[str, float]
) -> dict[str, float]:
    """What each signal that counts is of 100 points of the score."""
    weighted = {
        row["signal"]: (row["dimension"], float(knots[row["signal"]]["weight"]))
        for row in signals
        if row["signal"] in knots and weights.get(row["dimension"])
    }
    within = {
        name: sum(
            weight for dimension, weight in weighted.values() if dimension == name
        )
        for name in weights
    }
    # a dimension without a signal that counts is left out
    total = sum(weight for name, weight in weights.items() if within[name])
    return {
        signal: 100 * weights[dimension] / total * weight / within[dimension]
        for signal, (dimension, weight) in weighted.items()
        if weight
    }


def _counts(signals: list[Row], points: dict[str, float], version: int) -> str:
    return (
        f"**{len(signals)} signals**, of which **{len(points)} count** in version"
        f" {version} of the scorecard `{SCORECARD}`; the others are watched."
    )


def _summary(
    dimensions: list[Row],
    signals: list[Row],
    points: dict[str, float],
    weights: dict[str, float],
) -> str:
    rows = []
    for dimension in dimensions:
        name = dimension["dimension"]
        own = [row["signal"] for row in signals if row["dimension"] == name]
        rows.append(
            [
                f"[{dimension['label']}](#{anchor(dimension['label'])})",
                dimension["axis"],
                str(len(own)),
                str(sum(signal in points for signal in own)),
                f"{weights.get(name, 0):g}",
                f"{sum(points.get(signal, 0) for signal in own):.1f}",
            ]
        )
    sums = [str(sum(int(row[column]) for row in rows)) for column in (2, 3)]
    rows.append(["all", "", *sums, f"{sum(weights.values()):g}", "100.0"])
    return table(
        ["dimension", "axis", "signals", "counted", "weight", "of 100 points"],
        rows,
        "llrrrr",
    )


def _signal_table(
    signals: list[Row],
    knots: dict[str, Row],
    points: dict[str, float],
    actions: dict[str, str],
) -> str:
    rows = []
    for signal in signals:
        name = signal["signal"]
        scored = knots.get(name)
        raw_table = signal["governing_source"]
        if signal["governing_source_activity"]:
            raw_table += f" ({signal['governing_source_activity']})"
        rows.append(
            [
                f"`{name}`",
                signal["label"],
                signal["description"],
                _window(name),
                signal["unit"],
                signal["better"],
                _knots(scored) if scored else "",
                _weight(scored, points.get(name)),
                scored["missing_policy"] if scored else "",
                actions[signal["action"]],
                raw_table,
                signal["requirement"],
                signal["knots_from"],
            ]
        )
    columns = [
        "signal",
        "name",
        "definition",
        "window",
        "unit",
        "better",
        "0 / 50 / 100",
        "weight",
        "when unknown",
        "action",
        "raw table",
        "asked by",
        "ground",
    ]
    return table(columns, rows, "l" * len(columns))


def _window(signal: str) -> str:
    """The days in a signal's name."""
    days = re.search(r"_(\d+)d$", signal)
    return f"{days[1]} days" if days else ""


def _knots(row: Row) -> str:
    knots = " / ".join(
        row[knot] for knot in ("zero_at", "fifty_at", "hundred_at") if row[knot]
    )
    if row["hundred_until"]:
        knots += f" to {row['hundred_until']}, 0 from {row['zero_again_at']}"
    return knots + (" in steps" if row["shape"] == "step" else "")


def _weight(row: Row | None, points: float | None) -> str:
    if row is None:
        return f"not in {SCORECARD}"
    return f"{row['weight']} ({points:.1f})" if points else "watched"


def _raw_tables(project: Path, signals: list[Row]) -> str:
    owners = {
        f"{row['source']}.{row['table_name']}": row for row in seed(project, "sources")
    }
    rows = []
    for file in sorted(project.glob("models/staging/*/_*__sources.yml")):
        for source in contract(file)["sources"]:
            for raw in source["tables"]:
                name = f"{source['name']}.{raw['name']}"
                governed = [
                    f"`{row['signal']}`"
                    for row in signals
                    if name
                    in (row["governing_source"], row["governing_source_activity"])
                ]
                rows.append(
                    [
                        name,
                        " ".join(raw["description"].split()),
                        owners[name]["owner"],
                        owners[name]["max_lag_days"] or "never",
                        ", ".join(governed),
                    ]
                )
    return table(
        [
            "raw table",
            "what it holds",
            "owner",
            "stale after days",
            "signals that it governs",
        ],
        rows,
        "lllrl",
    )
