"""validation.html: did earlier scores know what happened after?"""

from pathlib import Path

import altair as alt

from customer_health.colours import BAD, GOOD, GREY, INK, SCORE
from customer_health.dashboards import pages
from customer_health.dashboards.charts import (
    WIDTH,
    band_colour,
    finished,
    moment,
    with_bands,
)
from customer_health.dashboards.pages import Panel, Table, panel
from customer_health.dashboards.published import Published, seed
from customer_health.formats import words

HEALTH = "health_score"
NOT_YET = (
    "Nothing is evaluated yet: an evaluation is made when a month has ended, of the"
    " ends of months whose outcome is known since."
)
NOT_ENOUGH = (
    "Not enough to judge: too few accounts were lost, or too few months are over."
)
OTHERS = {
    HEALTH: "the health score",
    "published_health_score": "the score as it was shown",
    "recency_of_use": "days since the last use alone",
    "csm_rating": "the rating of the account's manager alone",
    "best_signal": "the single best signal",
    "axis_relationship": "the relationship axis alone",
    "axis_impact": "the impact axis alone",
}
SHOWN_SIGNALS = 20


def write(published: Published, place: Path) -> Path:
    evaluated_on = None
    if "backtest_metrics" in published.marts:
        evaluated_on = published.value("select max(evaluated_on) from backtest_metrics")
    lead, horizon = _headline_window()
    view = _View(published, evaluated_on, lead, horizon)
    return pages.write(
        published,
        place,
        "validation",
        [
            view.calibration(),
            view.lift(),
            view.windows(),
            view.months(),
            view.baselines(),
            view.signals(),
            view.drift(),
            view.renewals(),
        ],
        heading="Does the score tell the truth?",
        answer=view.answer(),
        said=[
            f"Evaluated on {evaluated_on}: scores of the ends of months, as they were"
            f" known then; lost is what happened from day {lead + 1} to day"
            f" {lead + horizon} after, where nothing else is said. AUC: of an account"
            " that was lost and one that was not, how often had the lost one the lower"
            " score? 0.5 is a coin, 1 is never wrong. scripts/backtest_report writes"
            " the whole report."
        ]
        if evaluated_on
        else [],
    )


def _headline_window() -> tuple[int, int]:
    """Days until the window begins, and its length."""
    for row in seed("backtest_windows"):
        if row.get("is_headline", "").lower() in ("true", "1", "yes"):
            return int(row["lead_days"]), int(row["horizon_days"])
    return 7, 90


class _View:
    """The newest evaluation."""

    def __init__(self, published, evaluated_on, lead, horizon) -> None:
        self.published = published
        self.evaluated_on = evaluated_on
        self.lead = lead
        self.horizon = horizon
        self.metrics = self._of("backtest_metrics")

    def _of(self, mart: str, order: str = "all") -> list[dict]:
        """The rows of a mart's newest evaluation."""
        return self.published.rows(
            f"select * from {mart}"
            f" where evaluated_on = (select max(evaluated_on) from {mart})"
            f" order by {order}",
            None,
            mart,
        )

    def _metrics(self, **conditions: object) -> list[dict]:
        wanted = {
            "outcome": "lost",
            "lead_days": self.lead,
            "horizon_days": self.horizon,
            "predictor": HEALTH,
            "comparison": "pooled",
            "slice": "all",
        } | conditions
        return [
            row
            for row in self.metrics
            if all(
                value is None or row[name] == value for name, value in wanted.items()
            )
        ]

    def answer(self) -> str:
        row = next(iter(self._metrics()), None)
        if row is None:
            return NOT_YET
        if row["auc"] is None:
            return (
                "It cannot be said yet whether the score tells who leaves: of"
                f" {row['outcomes']} scores is known that the account was lost within"
                f" {self.horizon} days."
            )
        shown = (
            f"AUC {row['auc']:.2f}, 95 % interval {row['auc_low']:.2f} to"
            f" {row['auc_high']:.2f}"
        )
        if row["verdict"] == "better than chance":
            return (
                f"Yes, the score tells who leaves: in {row['auc']:.0%} of all pairs of"
                f" an account that was lost within {self.horizon} days and one that"
                f" was not, the lost one had the lower score ({shown})."
            )
        return f"The score is {row['verdict']} at telling who leaves ({shown})."

    def calibration(self) -> Panel:
        rows = [
            row
            for row in self._of("backtest_bands")
            if row["outcome"] == "lost"
            and row["horizon_days"] == self.horizon
            and row["lead_days"] == self.lead
            and row["predictor"] == "published_health_score"
            and row["slice"] == "all"
        ]
        rows = with_bands(rows, self.published.bands)
        rows.sort(key=lambda row: row["band_place"])
        known = [
            {
                "band_title": row["band_title"],
                "lost": row["precision"],
                "expected": row["expected_probability"],
                "scores": row["observations"],
                "label": f"{row['precision']:.1%}",
            }
            for row in rows
            if row["precision"] is not None
        ]
        title = "Losses by band"
        scored = [row for row in rows if row["precision"] is not None]
        limited = {
            band.band for band in self.published.bands if band.min_score is not None
        }
        scored = [row for row in scored if row["health_band"] in limited]
        if len(scored) > 1 and scored[0]["precision"]:
            times = scored[-1]["precision"] / scored[0]["precision"]
            title = (
                f"Accounts in the worst band were lost {times:.0f} times as often as"
                " those in the best"
            )
        base = alt.Chart(alt.Data(values=known)).encode(
            x=alt.X(
                "band_title:N",
                sort=[band.title for band in self.published.bands],
                title=None,
                axis=alt.Axis(labelAngle=0),
            ),
        )
        scale = alt.Axis(format="%")
        chart = finished(
            alt.layer(
                base.mark_bar(width={"band": 0.6}).encode(
                    y=alt.Y("lost:Q", title="lost within the window", axis=scale),
                    color=band_colour(self.published.bands, legend=None),
                    tooltip=[
                        "band_title:N",
                        alt.Tooltip("lost:Q", format=".1%"),
                        alt.Tooltip("expected:Q", format=".1%"),
                        "scores:Q",
                    ],
                ),
                base.mark_tick(
                    color=INK, thickness=3, width={"band": 0.8}, orient="horizontal"
                ).encode(y="expected:Q"),
                base.mark_text(dy=-7, fontSize=12, color=INK).encode(
                    y="lost:Q", text="label:N"
                ),
            ).properties(width=560, height=240)
        )
        return panel(
            "calibration",
            title,
            known,
            NOT_ENOUGH if self.metrics else NOT_YET,
            "Bars: share of the band's scores after which the account was lost. Black"
            " lines: what was expected beforehand, from what became of earlier scores.",
            chart=chart,
            table=Table(
                [
                    ("health_band", "Band", "band"),
                    ("observations", "Scores", "count"),
                    ("outcomes", "then lost", "count"),
                    ("precision", "Lost", "share"),
                    ("expected_probability", "Expected", "share"),
                    ("recall", "Share of all losses", "share"),
                    ("recall_this_or_worse", "in this band or worse", "share"),
                ],
                rows,
            ),
        )

    def lift(self) -> Panel:
        rows = [
            row
            | {
                "name": f"{row['horizon_days']} days, from day {row['lead_days'] + 1}",
            }
            for row in self._metrics(horizon_days=None, lead_days=None)
            if row["lift_worst_decile"] is not None
        ]
        rows.sort(key=lambda row: (row["lead_days"], row["horizon_days"]))
        row = next(
            (
                row
                for row in rows
                if (row["lead_days"], row["horizon_days"]) == (self.lead, self.horizon)
            ),
            None,
        )
        title = "Lift of the worst tenth"
        if row:
            title = (
                f"In the tenth with the worst scores {row['lift_worst_decile']:.1f}"
                " times as many were lost as in all"
            )
        base = alt.Chart(alt.Data(values=_some(rows, "name", "lift_worst_decile")))
        y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=200))
        x = alt.X("lift_worst_decile:Q", title="times as many lost as in all")
        chart = finished(
            (
                base.mark_bar(color=SCORE).encode(x=x, y=y)
                + base.mark_text(align="left", dx=4).encode(
                    x=x, y=y, text=alt.Text("lift_worst_decile:Q", format=".1f")
                )
                + alt.Chart(alt.Data(values=[{"one": 1}]))
                .mark_rule(color=INK, strokeDash=[4, 3])
                .encode(x="one:Q")
            ).properties(width=WIDTH - 240, height=alt.Step(24))
        )
        return panel(
            "lift",
            title,
            rows,
            NOT_ENOUGH if self.metrics else NOT_YET,
            "By window in which the account was lost. 1, the dashed line, is chance.",
            chart=chart,
        )

    def windows(self) -> Panel:
        rows = self._metrics(horizon_days=None, lead_days=None)
        rows.sort(key=lambda row: (row["lead_days"], row["horizon_days"]))
        for row in rows:
            row["name"] = f"{row['horizon_days']} days, from day {row['lead_days'] + 1}"
        good = [row for row in rows if row["verdict"] == "better than chance"]
        judged = [row for row in rows if row["auc"] is not None]
        return panel(
            "windows",
            f"The score is better than chance in {len(good)} of {len(judged)} windows"
            " that can be judged"
            if judged
            else "The score against chance",
            judged,
            NOT_ENOUGH if rows else NOT_YET,
            "AUC with its 95 % interval, by how long after the score the account was"
            " lost.",
            chart=_intervals(judged, [SCORE]),
            table=Table(
                [
                    ("name", "Lost within", "text"),
                    ("observations", "Scores", "count"),
                    ("outcomes", "then lost", "count"),
                    ("auc", "AUC", "figure"),
                    ("auc_low", "from", "figure"),
                    ("auc_high", "to", "figure"),
                    ("verdict", "Verdict", "text"),
                ],
                rows,
            ),
        )

    def months(self) -> Panel:
        rows = [
            {
                "month": moment(str(row["slice_value"])[:10]),
                "auc": row["auc"],
                "low": row["auc_low"],
                "high": row["auc_high"],
                "window": f"{row['horizon_days']} days",
            }
            for row in self._metrics(slice="observation_date", horizon_days=None)
            if row["auc"] is not None
        ]
        rows.sort(key=lambda row: (row["window"], row["month"]))
        windows = list(dict.fromkeys(row["window"] for row in rows))
        windows.sort(key=lambda name: int(name.split()[0]))
        lowest = min((row["auc"] for row in rows), default=None)
        base = alt.Chart(alt.Data(values=rows)).encode(
            x=alt.X(
                "yearmonth(month):O",
                title="end of month whose scores are judged",
                axis=alt.Axis(format="%b %Y", labelAngle=-30),
            ),
            xOffset=alt.XOffset("window:N", sort=windows),
            color=alt.Color(
                "window:N",
                sort=windows,
                scale=alt.Scale(
                    range=["#1f5fa8", "#e07b39", "#1b1b1b", "#8c6bb1", "#2b8a5a"]
                ),
                legend=alt.Legend(title="lost within", orient="top"),
            ),
        )
        chart = finished(
            alt.layer(
                base.mark_rule(strokeWidth=2).encode(
                    y=alt.Y("low:Q", title="AUC", scale=alt.Scale(domain=[0, 1])),
                    y2="high:Q",
                ),
                base.mark_point(filled=True, size=60).encode(
                    y="auc:Q",
                    shape=alt.Shape("window:N", sort=windows, legend=None),
                    tooltip=["month:T", "window:N", alt.Tooltip("auc:Q", format=".2f")],
                ),
                alt.Chart(alt.Data(values=[{"chance": 0.5}]))
                .mark_rule(color=GREY, strokeDash=[4, 3])
                .encode(y="chance:Q"),
            ).properties(width=WIDTH, height=220)
        )
        return panel(
            "months",
            f"Month by month: the lowest AUC is {lowest:.2f}"
            if lowest is not None
            else "Month by month",
            rows,
            NOT_ENOUGH if self.metrics else NOT_YET,
            "Only months with enough accounts that were lost are shown; the dashed line"
            " is chance.",
            chart=chart,
        )

    def baselines(self) -> Panel:
        rows = [
            row
            | {
                "name": OTHERS.get(
                    row["predictor"],
                    f"the dimension {words(row['predictor'][10:])} alone"
                    if row["predictor"].startswith("dimension_")
                    else words(row["predictor"]),
                ),
                "said": _against(row),
            }
            for row in self._metrics(predictor=None)
        ]
        rows.sort(
            key=lambda row: (
                row["predictor"] != HEALTH,
                row["auc"] is None,
                -(row["auc"] or 0),
            )
        )
        judged = [row for row in rows if row["auc"] is not None]
        simpler = [
            row
            for row in judged
            if row["predictor"] not in (HEALTH, "published_health_score")
        ]
        beaten = sum(row["said"] == "the score beats it" for row in simpler)
        return panel(
            "baselines",
            f"The score clearly beats {beaten} of {len(simpler)} simpler figures"
            if simpler
            else "Beside simpler figures",
            judged,
            NOT_ENOUGH if self.metrics else NOT_YET,
            "AUC with its 95 % interval. Where intervals of the difference hold 0,"
            " nothing is clear.",
            chart=_intervals(judged, [SCORE] + [GREY] * (len(judged) - 1)),
            table=Table(
                [
                    ("name", "Instead of the score", "text"),
                    ("auc", "AUC", "figure"),
                    ("auc_low", "from", "figure"),
                    ("auc_high", "to", "figure"),
                    ("difference_from_health_score", "More than the score", "figure"),
                    ("said", "Verdict", "text"),
                ],
                rows,
                shown=10,
            ),
        )

    def signals(self) -> Panel:
        rows = [
            row
            for row in self._of("signal_predictiveness")
            if row["outcome"] == "lost" and row["rank_in_outcome"] is not None
        ]
        rows.sort(key=lambda row: row["rank_in_outcome"])
        sure = sum(row["verdict"] == "predicts" for row in rows)
        wrong = sum(row["verdict"] == "points the wrong way" for row in rows)
        shown = [
            row | {"name": row["label"]} for row in rows[:SHOWN_SIGNALS] if row["label"]
        ]
        return panel(
            "signals",
            f"{sure} of {len(rows)} signals tell by themselves who is lost,"
            f" {wrong} point the wrong way"
            if rows
            else "Signals by themselves",
            rows,
            NOT_ENOUGH if self.metrics else NOT_YET,
            f"The {len(shown)} that tell most surely, AUC with its 95 % interval among"
            " accounts of the same day; coloured bars count in the score.",
            chart=_intervals(shown, [GOOD if row["weight"] else GREY for row in shown]),
            table=Table(
                [
                    ("rank_in_outcome", "Rank", "count"),
                    ("label", "Signal", "text"),
                    ("dimension", "Dimension", "words"),
                    ("weight", "Weight", "share"),
                    ("coverage", "Measured", "share"),
                    ("auc", "AUC", "figure"),
                    ("auc_low", "from", "figure"),
                    ("auc_high", "to", "figure"),
                    ("verdict", "Verdict", "text"),
                    ("may_know_outcome", "May know the outcome", "flag"),
                ],
                rows,
                filters=["dimension", "verdict"],
                shown=10,
            ),
        )

    def drift(self) -> Panel:
        rows = self._of("score_drift", "month_end, subject")
        newest = max((row["month_end"] for row in rows), default=None)
        score = [row for row in rows if row["subject"] == HEALTH]
        warned = [row for row in rows if row["month_end"] == newest and row["warning"]]
        warned.sort(key=lambda row: (row["subject"] != HEALTH, -(row["weight"] or 0)))
        months = [
            {
                "month": moment(row["month_end"]),
                "what": what,
                "psi": row[column],
            }
            for row in score
            for column, what in (
                ("psi", "of the score"),
                ("psi_by_chance", "that chance would bring"),
            )
            if row[column] is not None
        ]
        state = score[-1]["drift"] if score else None
        chart = finished(
            alt.Chart(alt.Data(values=months))
            .mark_line(point=True)
            .encode(
                x=alt.X(
                    "yearmonth(month):T", title=None, axis=alt.Axis(format="%b %Y")
                ),
                y=alt.Y("psi:Q", title="population stability index"),
                strokeDash=alt.StrokeDash("what:N", legend=None),
                color=alt.Color(
                    "what:N",
                    scale=alt.Scale(
                        domain=["of the score", "that chance would bring"],
                        range=[SCORE, GREY],
                    ),
                    legend=alt.Legend(title=None, orient="top"),
                ),
                tooltip=["month:T", "what:N", alt.Tooltip("psi:Q", format=".3f")],
            )
            .properties(width=WIDTH, height=180)
        )
        return panel(
            "drift",
            f"The drift of the score is {words(state)}; {len(warned)} signals or scores"
            " drift"
            if state
            else "Drift",
            months,
            NOT_ENOUGH if rows else NOT_YET,
            "How far the distribution of a month is from that of the months it is"
            " compared with; below the dashed line it says nothing.",
            chart=chart,
            table=Table(
                [
                    ("label", "What drifts", "text"),
                    ("weight", "Weight", "share"),
                    ("drift", "Drift", "text"),
                    ("psi", "Index", "figure"),
                    ("share_unknown", "Unknown", "share"),
                    ("reference_share_unknown", "before", "share"),
                    ("warning", "Warning", "long"),
                ],
                warned,
                shown=10,
            ),
        )

    def renewals(self) -> Panel:
        rows = [
            row
            for row in self._of("band_outcomes")
            if row["outcome"] == "churned" and row["observations"]
        ]
        rows = with_bands(rows, self.published.bands, "settled_band")
        order = {
            row["renewal_bucket"]: int(row["min_days"])
            for row in seed("renewal_buckets")
        }
        rows.sort(
            key=lambda row: (
                row["band_place"],
                order.get(row["renewal_bucket"], -1),
            )
        )
        buckets = sorted(
            {row["renewal_bucket"] for row in rows},
            key=lambda name: order.get(name, -1),
        )
        shown = [
            {
                "band_title": row["band_title"],
                "bucket": words(row["renewal_bucket"]),
                "probability": row["probability"],
                "label": f"{row['probability']:.0%}",
                "renewals": row["observations"],
            }
            for row in rows
            if row["probability"] is not None
        ]
        base = alt.Chart(alt.Data(values=shown)).encode(
            x=alt.X(
                "bucket:N",
                sort=[words(name) for name in buckets],
                title="days to the renewal",
                axis=alt.Axis(labelAngle=0, orient="top"),
            ),
            y=alt.Y(
                "band_title:N",
                sort=[band.title for band in self.published.bands],
                title=None,
            ),
        )
        chart = finished(
            alt.layer(
                base.mark_rect(stroke="white").encode(
                    color=alt.Color(
                        "probability:Q",
                        scale=alt.Scale(range=["#fff7ec", "#fdae6b"], domainMin=0),
                        legend=None,
                    ),
                    tooltip=[
                        "band_title:N",
                        "bucket:N",
                        alt.Tooltip("probability:Q", format=".1%"),
                        "renewals:Q",
                    ],
                ),
                base.mark_text(fontSize=13, color=INK).encode(text="label:N"),
            ).properties(width=WIDTH - 200, height=alt.Step(32))
        )
        return panel(
            "renewals",
            "How many left, by band and time to the renewal",
            shown,
            NOT_ENOUGH if self.metrics else NOT_YET,
            "Share that churned at the renewal; forecasts rest on these. With too few"
            " renewals the share is that of the whole band.",
            chart=chart,
        )


def _against(row: dict) -> str:
    if row["predictor"] == HEALTH:
        return ""
    if row["difference_low"] is None:
        return "not enough"
    if row["difference_low"] > 0:
        return "beats the score"
    if row["difference_high"] < 0:
        return "the score beats it"
    return "no clear difference"


def _intervals(rows: list[dict], colours: list[str]):
    """A point with its interval per row, and the line of chance."""
    colours = colours * len(rows) if len(colours) == 1 else colours
    points = [
        {
            "name": row["name"],
            "auc": row["auc"],
            "low": row["auc_low"],
            "high": row["auc_high"],
            "colour": colour,
        }
        for row, colour in zip(rows, colours, strict=True)
        if row["auc"] is not None
    ]
    base = alt.Chart(alt.Data(values=points)).encode(
        y=alt.Y(
            "name:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=330, grid=True),
        ),
        color=alt.Color("colour:N", scale=None),
    )
    x = alt.X(
        "auc:Q",
        title="AUC; 0.5 is chance, 1 is never wrong",
        scale=alt.Scale(zero=False),
    )
    return finished(
        alt.layer(
            alt.Chart(alt.Data(values=[{"chance": 0.5}]))
            .mark_rule(color=BAD, strokeDash=[4, 3])
            .encode(x="chance:Q"),
            base.mark_rule(strokeWidth=3).encode(x=alt.X("low:Q"), x2="high:Q"),
            base.mark_point(filled=True, size=80, opacity=1).encode(
                x=x,
                tooltip=[
                    "name:N",
                    alt.Tooltip("auc:Q", format=".2f"),
                    alt.Tooltip("low:Q", format=".2f"),
                    alt.Tooltip("high:Q", format=".2f"),
                ],
            ),
            base.mark_text(dy=-9, fontSize=11).encode(
                x="auc:Q", text=alt.Text("auc:Q", format=".2f"), color=alt.value(INK)
            ),
        ).properties(width=WIDTH - 330, height=alt.Step(26))
    )


def _some(rows: list[dict], *columns: str) -> list[dict]:
    """Only these columns, for a chart."""
    return [{name: row[name] for name in columns} for row in rows]
