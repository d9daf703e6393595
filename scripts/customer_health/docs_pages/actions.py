"""docs/alerts_and_actions.md: what raises an alert, and what is to be done."""

from collections import defaultdict
from pathlib import Path

from customer_health.docs_pages.text import NOTE, Row, page, seed, sentence, table

INTRODUCTION = """\
# Alerts and actions

{note}

## Alerts

An alert begins when what is read of an account reaches the first figure, and goes on
while it reaches the second, which is as easy or easier, so that nothing comes and goes
around one line. What comes back within the quiet days is the same alert. *Urgent*: act
today; *warning*: act this week; *notice*: keep it in mind. They are in `health_alerts`,
and by account in `csm_work_list`.
"""

ACTIONS = """\
A signal that hurts, or an alert, calls for an action. What is called for stands in
`recommended_actions`, with when it is due, what it was called for, and what it did when
it was done last.
"""

RULES = """\
Nobody does ten things at once. These rules limit what an account gets; all that fit
hold, and what would bring the most points goes first.
"""

# how the reading of each kind is told; what is in braces is a column of the rule
READINGS = {
    "band_fall": "bands by which the settled band fell to {band}, for {look_back_days}"
    " days",
    "unusual_fall": "fall of the score in {change_days} days over its usual change in"
    " the {look_back_days} days before, of at least {usual_at_least} points",
    "cap": "a cap holds the score: 1, else 0",
    "signal": "`{signal}`",
    "red_inside": "the lower axis score, while the band is {band}",
    "score_missing": "days without a score, for {look_back_days} days",
    "coverage_fall": "points of 100 of coverage lost in {look_back_days} days",
    "renewal_fall": "points lost in {look_back_days} days, with a contract that ends"
    " within {within_days} days",
}


def actions_page(project: Path) -> str:
    """The page as Markdown."""
    actions = seed(project, "actions")
    note = NOTE.format(
        sources="`seeds/` (`alert_rules`, `actions`, `action_rules`,\n`signals`)"
    )
    return page(
        [
            INTRODUCTION.format(note=note.strip()),
            _alerts(project, {row["action"]: row["title"] for row in actions}),
            "## Actions",
            ACTIONS,
            _actions(project, actions),
            "## How many actions",
            RULES,
            _rules(project, {row["action"]: row["title"] for row in actions}),
        ]
    )


def _alerts(project: Path, titles: dict[str, str]) -> str:
    rows = []
    rules = seed(project, "alert_rules")
    for row in sorted(rules, key=lambda row: int(row["sort_order"])):
        rows.append(
            [
                f"{row['label']} (`{row['rule']}`)",
                row["severity"],
                READINGS[row["kind"]].format(**row),
                f"{row['comparison']} {row['enters_at']}",
                f"{row['comparison']} {row['stays_at']}",
                row["quiet_days"],
                row["owner_role"],
                titles[row["action"]],
                sentence(row["reason"]),
            ]
        )
    columns = [
        "alert",
        "severity",
        "what is read",
        "begins",
        "goes on",
        "quiet days",
        "who acts",
        "action",
        "why",
    ]
    return table(columns, rows, "lllllrlll")


def _actions(project: Path, actions: list[Row]) -> str:
    callers = defaultdict(list)
    for row in seed(project, "signals"):
        callers[row["action"]].append(row["label"])
    alerts = defaultdict(list)
    for row in seed(project, "alert_rules"):
        alerts[row["action"]].append(row["label"])
    rows = [
        [
            f"{row['title']} (`{row['action']}`)",
            sentence(row["playbook"]),
            row["owner_role"],
            row["due_in_days"],
            row["effort"],
            ", ".join(callers[row["action"]]),
            ", ".join(alerts[row["action"]]),
        ]
        for row in actions
    ]
    columns = [
        "action",
        "playbook",
        "who",
        "days to do it",
        "effort",
        "signals that call for it",
        "alerts that call for it",
    ]
    return table(columns, rows, "lllrlll")


def _rules(project: Path, titles: dict[str, str]) -> str:
    labels = {row["signal"]: row["label"] for row in seed(project, "signals")}
    rows = []
    for row in seed(project, "action_rules"):
        about = titles.get(row["action"]) or "any action"
        if row["signal"]:
            about = f"any action for {labels[row['signal']]}"
        if row["effort"]:
            about += f" of {row['effort']} effort"
        rows.append(
            [
                f"`{row['rule']}`",
                row["band"] or "any",
                row["lifecycle_stage"] or "any",
                about,
                "none"
                if row["max_actions"] == "0"
                else row["max_actions"] or "no limit",
                row["minimum_points"] or "any",
                sentence(row["reason"]),
            ]
        )
    columns = ["rule", "band", "stage", "about", "at most", "points at least", "why"]
    return table(columns, rows, "llllrrl")
