"""The report of a calibration: one HTML page that needs nothing else."""

import io
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jinja2
import matplotlib
import numpy as np
from markupsafe import Markup

from customer_health.calibration import counted
from customer_health.calibration.calibrating import Result
from customer_health.calibration.judging import Bin, Comparison
from customer_health.calibration.scorecards import KNOTS, Knots, number

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

BEFORE, AFTER, QUIET = "#8a8f98", "#0b5cad", "#c9ced6"
SHOWN_SIGNALS = 24
plt.rcParams.update(
    {
        "svg.hashsalt": "calibration",
        "svg.fonttype": "path",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#777",
        "axes.grid": True,
        "grid.color": "#e6e8eb",
        "axes.axisbelow": True,
        "legend.frameon": False,
    }
)


@dataclass(frozen=True)
class Context:
    """What the result does not know of itself."""

    source: str
    first_day: object
    last_day: object
    run_id: str
    commit: str
    dimension_labels: dict[str, str]
    written: str
    """What was done to the seeds, in words."""
    made_at: datetime


def verdict(result: Result) -> str:
    """The finding in a few words."""
    if result.is_better:
        return "The weights found are better than today's"
    if result.is_chance:
        return "Today's weights are as good: neither tells better than chance"
    return "Today's weights are as good"


def plain_words(result: Result) -> list[str]:
    """The finding in sentences that need no statistics."""
    judged, window = result.judged, result.window
    months = len(result.plan.judged)
    who = window.outcome_words
    sentences = [
        f"Of one account that {who} and one of the same month that did not, today's"
        f" weights gave the lower score to the one that {who} in"
        f" {judged.before.value:.0%} of all cases ({judged.before.low:.0%} to"
        f" {judged.before.high:.0%}); the weights found did so in"
        f" {judged.after.value:.0%} ({judged.after.low:.0%} to"
        f" {judged.after.high:.0%}). Half is chance.",
        f"This was counted in the last {months} months that can be judged, which the"
        f" search had not seen: {counted(judged.accounts, 'account')}, of which"
        f" {judged.outcomes:,} {who} within {window.lead_days + 1} to {window.days}"
        " days after.",
    ]
    if result.is_better:
        sentences.append(
            "The difference is larger than what the choice of accounts could explain,"
            " so the weights found are worth looking at. They change nothing by"
            " themselves."
        )
    elif result.is_chance:
        sentences.append(
            f"Neither score tells who {who} better than a coin does: the intervals"
            " include one half. Other weights of the same signals do not help; better"
            " signals, or more history, might."
        )
    elif result.choice.is_today:
        sentences.append(
            "Already in the months before, no other weights did better in the months"
            " after those that they were learned from. Leave the weights as they are."
        )
    else:
        sentences.append(
            "The difference is no larger than what the choice of accounts could"
            " explain: leave the weights as they are."
        )
    return sentences


def write_report(path: Path, result: Result, context: Context) -> None:
    """Writes the page, by way of a file beside it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    html = environment.get_template("report.html").render(
        result=result,
        context=context,
        verdict=verdict(result),
        counted=counted,
        sentences=plain_words(result),
        dimensions=_dimension_rows(result, context),
        signals=_signal_rows(result),
        knots=_knot_rows(result),
        stayed_knots=_stayed_knots(result),
        left_out=_left_out_rows(result),
        watched=len(result.scorecard.signal_rows) - len(result.scorecard.signals),
        losses=_loss_rows(result),
        plots={
            "dimensions": _dimensions_plot(result, context),
            "signals": _signals_plot(result),
            "months": _months_plot(result),
            "calibration": _calibration_plot(result),
        },
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(html, encoding="utf-8")
    temporary.replace(path)


# tables


def _dimension_rows(result: Result, context: Context) -> list[dict]:
    place = result.scorecard.dimension_of_signal
    count = len(result.scorecard.dimensions)
    before = np.bincount(place, result.points_before, minlength=count)
    after = np.bincount(place, result.points, minlength=count)
    free = np.bincount(place, result.is_free, minlength=count) > 0
    return [
        {
            "label": context.dimension_labels.get(name, name),
            "before": before[number_],
            "after": after[number_],
            "is_free": free[number_],
        }
        for number_, name in enumerate(result.scorecard.dimensions)
    ]


def _signal_rows(result: Result) -> list[dict]:
    """Signals that may move, those that moved most first."""
    rows = [
        {
            "label": signal.label,
            "name": signal.name,
            "dimension": signal.dimension,
            "before": before,
            "after": after,
        }
        for signal, before, after, free in zip(
            result.scorecard.signals,
            result.points_before,
            result.points,
            result.is_free,
            strict=True,
        )
        if free
    ]
    return sorted(rows, key=lambda row: -abs(row["after"] - row["before"]))


def _knots_in_words(knots: Knots) -> str:
    values = [getattr(knots, name) for name in KNOTS]
    return " / ".join(number(value) for value in values if value is not None)


def _knot_rows(result: Result) -> list[dict]:
    labels = {signal.name: signal.label for signal in result.scorecard.signals}
    return [
        {
            "label": labels[name],
            "name": name,
            "before": _knots_in_words(moved.before),
            "after": _knots_in_words(moved.after),
        }
        for name, moved in result.knots.items()
        if moved.before != moved.after
    ]


def _stayed_knots(result: Result) -> list[tuple[str, str]]:
    """Reasons, and labels of the signals whose knots stay for each."""
    labels = {signal.name: signal.label for signal in result.scorecard.signals}
    reasons: dict[str, list[str]] = {}
    for name, moved in result.knots.items():
        if moved.before == moved.after:
            reasons.setdefault(moved.reason, []).append(labels[name])
    return [(reason, ", ".join(names)) for reason, names in reasons.items()]


def _left_out_rows(result: Result) -> list[dict]:
    """Those with weight first: what is only watched has none to keep."""
    rows = [
        {
            "label": signal.label,
            "name": signal.name,
            "points": points,
            "reason": result.left_out[signal.name],
        }
        for signal, points in zip(
            result.scorecard.signals, result.points_before, strict=True
        )
        if signal.name in result.left_out
    ]
    return sorted(rows, key=lambda row: -row["points"])


def _loss_rows(result: Result) -> list[dict]:
    strengths = list(dict.fromkeys(key[1] for key in result.choice.losses))
    return [
        {
            "strength": "today's weights" if np.isinf(strength) else f"{strength:g}",
            "losses": [
                (
                    loss,
                    (knot, strength)
                    == (result.choice.knot_strength, result.choice.weight_strength),
                )
                for (knot, one), loss in result.choice.losses.items()
                if one == strength
            ],
        }
        for strength in strengths
    ]


# plots


def _svg(figure, name: str, title: str) -> Markup:
    """A plot to put into the page, with ids that no other plot has."""
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata=nothing, bbox_inches="tight")
    plt.close(figure)
    svg = text.getvalue()
    svg = re.sub(r'( id="|href="#|url\(#)', rf"\1{name}-", svg[svg.index("<svg") :])
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1))


def _dumbbells(rows: list[dict], name: str, title: str) -> Markup:
    """A line per row, from the points before to those after."""
    figure, axes = plt.subplots(figsize=(5.2, 0.27 * len(rows) + 0.7))
    for place, row in enumerate(reversed(rows)):
        axes.plot(
            [row["before"], row["after"]], [place] * 2, color=QUIET, lw=3, zorder=2
        )
    places = range(len(rows) - 1, -1, -1)
    axes.scatter(
        [row["before"] for row in rows], places, color=BEFORE, label="today", zorder=3
    )
    axes.scatter(
        [row["after"] for row in rows],
        places,
        color=AFTER,
        marker="D",
        label="found",
        zorder=4,
    )
    axes.set_yticks(list(places), [row["label"] for row in rows])
    axes.set_xlim(left=min(0, axes.get_xlim()[0]))
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlabel("points of 100")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderpad=0)
    return _svg(figure, name, title)


def _dimensions_plot(result: Result, context: Context) -> Markup:
    return _dumbbells(
        _dimension_rows(result, context), "dimensions", "Weight of each dimension"
    )


def _signals_plot(result: Result) -> Markup:
    rows = _signal_rows(result)[:SHOWN_SIGNALS]
    return _dumbbells(rows, "signals", "Weights that moved most")


def _months_plot(result: Result) -> Markup:
    figure, axes = plt.subplots(figsize=(5.2, 3.0))
    groups: list[tuple[Comparison, float]] = [(result.judged, 1.0)]
    if result.looked_at:
        groups.insert(0, (result.looked_at, 0.4))
    labels, begin = [], 0
    for comparison, opacity in groups:
        for offset, colour, marker, which, label in (
            (-0.12, BEFORE, "o", 0, "today"),
            (0.12, AFTER, "D", 1, "found"),
        ):
            known = [
                (begin + number_ + offset, pair[which])
                for number_, pair in enumerate(comparison.by_month)
                if not np.isnan(pair[which].value)
            ]
            for x, estimate in known:
                if not np.isnan(estimate.low):
                    axes.plot(
                        [x, x],
                        [estimate.low, estimate.high],
                        color=colour,
                        alpha=opacity,
                        lw=1.5,
                    )
            axes.scatter(
                [x for x, _ in known],
                [estimate.value for _, estimate in known],
                color=colour,
                marker=marker,
                alpha=opacity,
                s=22,
                label=label if opacity == 1 else None,
                zorder=3,
            )
        labels += [str(month)[:7] for month in comparison.months]
        begin = len(labels)
    axes.axhline(0.5, color="#444", lw=1, ls=":")
    beside = axes.get_yaxis_transform()
    axes.text(1.01, 0.5, "chance", transform=beside, va="center", color="#444")
    judged_from = len(labels) - len(result.judged.months) - 0.5
    if judged_from > 0:
        axes.axvline(judged_from, color="#444", lw=1)
        axes.text(judged_from + 0.08, 1.0, "judged", va="bottom")
        axes.text(judged_from - 0.08, 1.0, "chosen by", va="bottom", ha="right")
    axes.set_xticks(range(len(labels)), labels, rotation=60, ha="right")
    axes.set_xlim(-0.6, len(labels) - 0.4)
    axes.set_ylim(0, 1)
    axes.set_ylabel("AUC")
    axes.legend(loc="lower left", ncols=2)
    return _svg(figure, "months", "AUC by month, today and found")


def _calibration_plot(result: Result) -> Markup:
    figure, axes = plt.subplots(figsize=(5.2, 3.0))
    top = 0.0
    for colour, marker, label, bins in (
        (BEFORE, "o", "today", result.bins[0]),
        (AFTER, "D", "found", result.bins[1]),
    ):
        _one_calibration(axes, colour, marker, label, bins)
        top = max([top, *(max(one.high, one.expected) for one in bins)])
    axes.plot([0, top], [0, top], color="#444", lw=1, ls=":")
    axes.set_xlim(0, None)
    axes.set_ylim(0, top * 1.05 or 1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
        axis.set_major_formatter(matplotlib.ticker.PercentFormatter(1))
    axes.set_xlabel("expected")
    axes.set_ylabel("what happened")
    axes.legend(loc="upper left")
    return _svg(figure, "calibration", "What happened by what was expected")


def _one_calibration(axes, colour: str, marker: str, label: str, bins: list[Bin]):
    x = [one.expected for one in bins]
    axes.plot(x, [one.observed for one in bins], color=colour, lw=1)
    axes.scatter(
        x,
        [one.observed for one in bins],
        color=colour,
        marker=marker,
        s=22,
        label=label,
    )
    for one in bins:
        axes.plot(
            [one.expected] * 2, [one.low, one.high], color=colour, lw=1, alpha=0.6
        )
