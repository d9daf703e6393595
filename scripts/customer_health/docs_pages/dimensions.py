"""docs/dimensions.md: what each dimension means, weighs and calls for."""

from collections import Counter
from pathlib import Path

from customer_health.docs_pages.signals import (
    SCORECARD,
    latest_published,
    points_of,
    weights_of,
)
from customer_health.docs_pages.text import (
    NOTE,
    Row,
    anchor,
    guides,
    page,
    seed,
    sentence,
    table,
)

SHOWN_SIGNALS = 3
SHOWN_ACTIONS = 3

INTRODUCTION = """\
# Dimensions

{note}

A dimension puts signals about one thing together. The table says what each is of 100
points of the score, by the latest published version of every scorecard, when all is
measured: weights are divided by their sum. Which scorecard is for whom:
[scorecards](scorecards.md).
"""


def dimensions_page(project: Path) -> str:
    """The page as Markdown."""
    dimensions = seed(project, "dimensions")
    signals = seed(project, "signals")
    names = [row["dimension"] for row in dimensions]
    words = guides(project, "dimension", names)
    note = NOTE.format(
        sources="`seeds/` (`dimensions`, `guides`, `scorecard_dimensions`,\n"
        "`scorecard_signals`, `signals`, `actions`)"
    )
    parts = [INTRODUCTION.format(note=note.strip()), _weights(project, dimensions)]
    versions = latest_published(project)
    knots, weights = weights_of(project, SCORECARD, versions[SCORECARD])
    points = points_of(signals, knots, weights)
    actions = {row["action"]: row for row in seed(project, "actions")}
    for row in dimensions:
        name = row["dimension"]
        own = [signal for signal in signals if signal["dimension"] == name]
        parts += [
            f"## {row['label']}",
            f"{sentence(row['description'])} Axis: [{row['axis']}]"
            "(bands.md#axes-and-quadrants).",
            f"{sentence(words[name]['means'])} {sentence(words[name]['what_to_do'])}",
            _heaviest(own, points),
            _actions(own, actions),
            f"[All {len(own)} signals](signals.md#{anchor(row['label'])})",
        ]
    return page(parts)


def _weights(project: Path, dimensions: list[Row]) -> str:
    signals = seed(project, "signals")
    columns = ["dimension"]
    shares = []
    for scorecard, version in latest_published(project).items():
        columns.append(f"{scorecard} {version}")
        knots, weights = weights_of(project, scorecard, version)
        points = points_of(signals, knots, weights)
        share: Counter[str] = Counter()
        for signal in signals:
            share[signal["dimension"]] += points.get(signal["signal"], 0)
        shares.append(share)
    rows = []
    for row in dimensions:
        own = [share[row["dimension"]] for share in shares]
        rows.append(
            [row["label"], *(f"{points:.1f}" if points else "" for points in own)]
        )
    return table(columns, rows, "l" + "r" * len(shares))


def _heaviest(signals: list[Row], points: dict[str, float]) -> str:
    counted = sorted(
        (signal for signal in signals if signal["signal"] in points),
        key=lambda signal: -points[signal["signal"]],
    )[:SHOWN_SIGNALS]
    if not counted:
        return f"None of its signals counts in `{SCORECARD}`."
    named = [
        f"{signal['label']} ({points[signal['signal']]:.1f} points)"
        for signal in counted
    ]
    return f"What weighs most in `{SCORECARD}`: {', '.join(named)}."


def _actions(signals: list[Row], actions: dict[str, Row]) -> str:
    called = Counter(signal["action"] for signal in signals)
    return (
        "What its signals call for most: "
        + "; ".join(
            f"[{actions[action]['title']}](alerts_and_actions.md#actions)"
            for action, _ in called.most_common(SHOWN_ACTIONS)
        )
        + "."
    )
