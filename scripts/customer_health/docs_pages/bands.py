"""docs/bands.md: bands, axes, quadrants, stages and caps, in words for who acts."""

from pathlib import Path

from customer_health.docs_pages.text import (
    NOTE,
    Row,
    days,
    guides,
    page,
    seed,
    sentence,
    table,
)

INTRODUCTION = """\
# Bands, axes and stages

{note}

What the words beside a score mean, and what to do. Days on which any of it changed are
kept: a past day has the band of then.
"""

SETTLED = """\
A score on a border would change its band every other day. So there are two columns:
`health_band` is that of the day, and `settled_band` moves once a new band has held for
`settle_days` days in a row (`dbt_project.yml`). Alerts and the work list go by the
settled band.
"""

HIGH = """\
Each axis has a score of its own, from its dimensions. It is *high* in the best band,
from {high_from} on, and else *low*; the two together give the quadrant.
"""

STAGES = """\
Of the stages that fit a day, the one with the highest priority holds.
"""

CAPS = """\
A cap says that something outweighs all else. While it holds, the score is no higher
than this; `uncapped_health_score` is what it would be, and `cap` names it.
"""


def bands_page(project: Path) -> str:
    """The page as Markdown."""
    bands = _newest(seed(project, "health_bands"))
    note = NOTE.format(
        sources="`seeds/` (`health_bands`, `quadrants`, `lifecycle_stages`,\n"
        "`score_caps`, `dimensions` and, for the words, `guides`)"
    )
    return page(
        [
            INTRODUCTION.format(note=note.strip()),
            "## Bands",
            _bands(project, bands),
            SETTLED,
            "## Axes and quadrants",
            HIGH.format(high_from=_best(bands)["min_score"]),
            _axes(project),
            _quadrants(project),
            "## Lifecycle stages",
            STAGES,
            _stages(project),
            "## Caps",
            CAPS,
            _caps(project),
        ]
    )


def _newest(rows: list[Row]) -> list[Row]:
    """The rows of the last version."""
    newest = max(row["effective_from"] for row in rows)
    return [row for row in rows if row["effective_from"] == newest]


def _best(bands: list[Row]) -> Row:
    return min(bands, key=lambda row: int(row["sort_order"]))


def _bands(project: Path, bands: list[Row]) -> str:
    words = guides(project, "band", [row["band"] for row in bands])
    rows = []
    below = "100"
    for row in sorted(bands, key=lambda row: int(row["sort_order"])):
        scores = "no score"
        if row["min_score"]:
            scores = (
                f"{row['min_score']} to {'' if below == '100' else 'below '}{below}"
            )
            below = row["min_score"]
        guide = words[row["band"]]
        rows.append(
            [
                f"{row['label']} (`{row['band']}`)",
                row["colour"],
                scores,
                sentence(guide["means"]),
                sentence(guide["what_to_do"]),
            ]
        )
    return table(["band", "colour", "score", "means", "what to do"], rows)


def _axes(project: Path) -> str:
    dimensions = seed(project, "dimensions")
    axes = list(dict.fromkeys(row["axis"] for row in dimensions))
    words = guides(project, "axis", axes)
    return table(
        ["axis", "means", "what to do", "dimensions"],
        [
            [
                f"`{axis}`",
                sentence(words[axis]["means"]),
                sentence(words[axis]["what_to_do"]),
                ", ".join(row["label"] for row in dimensions if row["axis"] == axis),
            ]
            for axis in axes
        ],
    )


def _quadrants(project: Path) -> str:
    return table(
        ["quadrant", "relationship", "impact", "means, and what to do"],
        [
            [
                f"{row['label']} (`{row['quadrant']}`)",
                row["relationship"],
                row["impact"],
                sentence(row["description"]),
            ]
            for row in seed(project, "quadrants")
        ],
    )


def _stages(project: Path) -> str:
    stages = _newest(seed(project, "lifecycle_stages"))
    words = guides(project, "lifecycle_stage", [row["stage"] for row in stages])
    return table(
        [
            "stage",
            "days as a customer",
            "days to renewal",
            "priority",
            "rule",
            "means",
            "what to do",
        ],
        [
            [
                f"`{row['stage']}`",
                days(row["min_tenure_days"], row["max_tenure_days"]),
                days(row["min_days_to_renewal"], row["max_days_to_renewal"]),
                row["priority"],
                sentence(row["description"]),
                sentence(words[row["stage"]]["means"]),
                sentence(words[row["stage"]]["what_to_do"]),
            ]
            for row in stages
        ],
        "lllrlll",
    )


def _caps(project: Path) -> str:
    signals = {row["signal"]: row for row in seed(project, "signals")}
    actions = {row["action"]: row["title"] for row in seed(project, "actions")}
    rows = []
    for row in seed(project, "score_caps"):
        signal = signals.get(row["signal"])
        holds = f"account {row['account_id']}"
        if signal:
            holds = (
                f"[{signal['label']}](signals.md) {row['comparison']}"
                f" {row['threshold']} {signal['unit']}"
            )
        rows.append(
            [
                f"`{row['cap']}`",
                holds,
                row["cap_at"],
                sentence(row["reason"]),
                sentence(actions[signal["action"]]) if signal else "",
                f"{row['effective_from']} to {row['effective_to'] or 'today'}",
            ]
        )
    return table(
        ["cap", "holds while", "highest score", "why", "what to do", "from, to before"],
        rows,
        "llrlll",
    )
