"""The page of scripts/backtest_report: one HTML file that needs nothing else."""

import io
from collections import defaultdict
from pathlib import Path

import jinja2
import matplotlib
import numpy as np

from customer_health.backtest_report import (
    SCORE,
    Findings,
    answer,
    baselines,
    by_band,
    by_window,
    labels,
    seed,
)
from customer_health.colours import BAND_COLOURS, GREY, INK
from customer_health.colours import SCORE as SCORE_COLOUR
from customer_health.formats import FILTERS
from customer_health.formats import words as _words

matplotlib.use("svg")
# the same figures give the same file
matplotlib.rcParams |= {
    "svg.hashsalt": "customer_health",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
from matplotlib.figure import Figure  # noqa: E402

TEMPLATE = Path(__file__).with_name("backtest_page.html.jinja")
STYLE = Path(__file__).with_name("page_style.css")
SHOWN_SIGNALS = 15
SHOWN_ACCOUNTS = 30
SLICES = {
    "segment": "Segment",
    "lifecycle_stage": "Stage",
    "scorecard": "Scorecard",
}


def page(findings: Findings) -> str:
    """The page, as text."""
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= FILTERS
    compared = baselines(findings)
    bands = _named_bands(findings)
    return environment.from_string(TEMPLATE.read_text()).render(
        style=STYLE.read_text(),
        findings=findings,
        answer=answer(findings),
        headline=findings.headline(),
        within_date=findings.headline(comparison="within_date"),
        windows=by_window(findings),
        windows_plot=_windows_plot(by_window(findings)),
        other_outcomes=[
            row
            for outcome in ("contracted", "expanded")
            for row in findings.metrics(outcome=outcome)
        ],
        compared=compared,
        compared_plot=_compared_plot(findings.headline(), compared),
        later=findings.headline(slice="later_half"),
        bands=bands,
        bands_plot=_bands_plot(bands),
        slices=_slices(findings),
        not_enough=_not_enough(findings),
        months_plot=_months_plot(
            [
                row
                for row in findings.metrics(slice="observation_date")
                if row["auc"] is not None
            ]
        ),
        signals=_signals(findings),
        warnings=_warnings(findings),
        watermelons=findings.tables["watermelon_register"],
        shown_watermelons=_worst_watermelons(findings),
        renewals=_renewals(findings),
        labels=labels(),
    )


# tables


def _named_bands(findings: Findings) -> list[dict]:
    known = {row["band"]: row for row in seed("health_bands")}
    return [
        row
        | {
            "label": known.get(row["health_band"], {}).get("label", "No score"),
            "colour": BAND_COLOURS.get(row["health_band"], GREY),
        }
        for row in by_band(findings)
    ]


def _slices(findings: Findings) -> list[dict]:
    return [
        row | {"slice_label": label}
        for name, label in SLICES.items()
        for row in sorted(
            findings.metrics(slice=name), key=lambda row: -row["observations"]
        )
    ]


def _not_enough(findings: Findings) -> list[dict]:
    """What of the score could not be judged, by outcome, window and slice."""
    counts: dict[tuple, list[str]] = defaultdict(list)
    for row in findings.tables["backtest_metrics"]:
        if (
            row["predictor"] == SCORE
            and row["comparison"] == "pooled"
            and row["verdict"] == "not enough"
            and row["lead_days"] == findings.lead_days
            and row["slice"] != "observation_date"
        ):
            counts[row["outcome"], row["horizon_days"]].append(
                "everybody"
                if row["slice"] == "all"
                else f"{_words(row['slice'])}"
                if row["slice_value"] == "all"
                else f"{_words(row['slice'])} {_words(row['slice_value'])}"
            )
    return [
        {"outcome": outcome, "horizon_days": horizon, "slices": ", ".join(slices)}
        for (outcome, horizon), slices in sorted(counts.items())
    ]


def _signals(findings: Findings) -> list[dict]:
    """The signals that tell most surely who is lost, and those that point wrong."""
    rows = [
        row
        for row in findings.tables["signal_predictiveness"]
        if row["outcome"] == "lost" and row["rank_in_outcome"] is not None
    ]
    rows.sort(key=lambda row: row["rank_in_outcome"])
    return [
        row
        for place, row in enumerate(rows)
        if place < SHOWN_SIGNALS
        or (row["verdict"] == "points the wrong way" and row["weight"])
    ]


def _warnings(findings: Findings) -> list[dict]:
    """Drift of the newest month: the score first, then signals by weight."""
    rows = [row for row in findings.tables["score_drift"] if row["warning"]]
    newest = max((row["month_end"] for row in rows), default=None)
    return sorted(
        (row for row in rows if row["month_end"] == newest),
        key=lambda row: (
            row["subject"] != SCORE,
            -(row["weight"] or 0),
            row["subject"],
        ),
    )


def _worst_watermelons(findings: Findings) -> list[dict]:
    return sorted(
        findings.tables["watermelon_register"],
        key=lambda row: (row["arr_lost"] is None, -(row["arr_lost"] or 0)),
    )[:SHOWN_ACCOUNTS]


def _renewals(findings: Findings) -> list[dict]:
    """Of each band and time to the renewal, how many were lost."""
    order = {row["band"]: int(row["sort_order"]) for row in seed("health_bands")}
    # all buckets together come first
    days = {
        row["renewal_bucket"]: int(row["min_days"]) for row in seed("renewal_buckets")
    }
    return sorted(
        (
            row
            for row in findings.tables["band_outcomes"]
            if row["outcome"] == "churned" and row["observations"]
        ),
        key=lambda row: (
            order.get(row["settled_band"], len(order) + 1),
            days.get(row["renewal_bucket"], -1),
        ),
    )


# plots


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None}, bbox_inches="tight")
    # what stands before belongs to a file of its own
    return text.getvalue()[text.getvalue().index("<svg") :]


def _interval_plot(rows: list[dict], names: list[str], colours: list[str]) -> str:
    """A point with its interval per row, from top to bottom, and the line of chance."""
    figure = Figure(figsize=(8.2, 0.9 + 0.34 * len(rows)))
    axes = figure.subplots()
    for place, (row, colour) in enumerate(zip(rows, colours, strict=True)):
        if row["auc"] is None:
            axes.text(0.505, place, "not enough", va="center", color=GREY, size=9)
            continue
        axes.plot([row["auc_low"], row["auc_high"]], [place, place], color=colour, lw=2)
        axes.plot(row["auc"], place, "o", color=colour)
        axes.annotate(
            f"{row['auc']:.2f}",
            (row["auc_high"], place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            size=9,
            color=INK,
        )
    axes.axvline(0.5, color=GREY, lw=1, ls="--")
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    lows = [row["auc_low"] for row in rows if row["auc"] is not None]
    axes.set_xlim(min([0.45, *lows]) - 0.02, 1.02)
    axes.set_xlabel("AUC with 95 % interval; 0.5 is chance, 1 is perfect")
    axes.tick_params(axis="y", length=0)
    return _svg(figure)


def _windows_plot(rows: list[dict]) -> str:
    if not rows:
        return ""
    names = [
        f"{row['horizon_days']} days, {row['lead_days']} days ahead" for row in rows
    ]
    return _interval_plot(rows, names, [SCORE_COLOUR] * len(rows))


def _compared_plot(headline: dict | None, compared: list[dict]) -> str:
    if headline is None:
        return ""
    names = ["the health score", *(row["name"] for row in compared)]
    colours = [SCORE_COLOUR, *[GREY] * len(compared)]
    return _interval_plot([headline, *compared], names, colours)


def _bands_plot(bands: list[dict]) -> str:
    """Expected and observed share with loss per band."""
    known = [row for row in bands if row["precision"] is not None]
    if not known:
        return ""
    figure = Figure(figsize=(8.2, 3))
    axes = figure.subplots()
    for place, row in enumerate(known):
        axes.bar(place, 100 * row["precision"], width=0.55, color=row["colour"])
        if row["expected_probability"] is not None:
            axes.plot(
                [place - 0.36, place + 0.36],
                [100 * row["expected_probability"]] * 2,
                color=INK,
                lw=2,
            )
        axes.annotate(
            f"{row['precision']:.1%}",
            (place, 100 * max(row["precision"], row["expected_probability"] or 0)),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            size=9,
        )
    axes.set_xticks(range(len(known)), [row["label"] for row in known])
    axes.set_ylabel("lost, % of the band")
    axes.set_title(
        "Bars: lost in the window. Lines: expected beforehand.", size=9, loc="left"
    )
    return _svg(figure)


def _months_plot(rows: list[dict]) -> str:
    """The AUC of each end of month on its own."""
    if len(rows) < 2:
        return ""
    rows = sorted(rows, key=lambda row: row["slice_value"])
    figure = Figure(figsize=(8.2, 2.6))
    axes = figure.subplots()
    places = np.arange(len(rows))
    lows, highs = ([row[name] for row in rows] for name in ("auc_low", "auc_high"))
    axes.fill_between(places, lows, highs, color=SCORE_COLOUR, alpha=0.15, lw=0)
    axes.plot(places, [row["auc"] for row in rows], "o-", color=SCORE_COLOUR)
    axes.axhline(0.5, color=GREY, lw=1, ls="--")
    axes.set_xticks(
        places, [str(row["slice_value"])[:7] for row in rows], rotation=45, ha="right"
    )
    axes.set_ylabel("AUC")
    return _svg(figure)
