"""Looks for a better version of a scorecard, and judges it on months not seen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from customer_health.calibration import CannotCalibrate, counted
from customer_health.calibration.fitting import (
    KNOT_STRENGTHS,
    WEIGHT_STRENGTHS,
    Choice,
    Fit,
    Learner,
    Plan,
    cross_validate,
    plan_months,
)
from customer_health.calibration.history import Observations, Window
from customer_health.calibration.judging import (
    Bin,
    Comparison,
    calibration_bins,
    compare,
)
from customer_health.calibration.scorecards import Knots, Scorecard
from customer_health.calibration.scoring import (
    MEASURED,
    NOT_APPLICABLE,
    STATUSES,
    Arithmetic,
    counted_scores,
    coverage,
)
from customer_health.calibration.weights import readable_points, room

SEED = 20_260_101
Tell = Callable[[str, int, int], None]
"""Takes what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class Settings:
    """What decides how it is done, beside the window."""

    minimum_outcomes: int = 10
    """Fewer accounts with the outcome tell nothing."""
    minimum_measured: float = 0.2
    """A signal that is known in a smaller share of the observations stays."""
    judged_months: int | None = None
    seed: int = SEED


@dataclass(frozen=True)
class MovedKnots:
    before: Knots
    after: Knots
    reason: str
    """Why they stay; empty when they moved."""


@dataclass(frozen=True)
class Result:
    """What was found."""

    scorecard: Scorecard
    candidate: Scorecard
    """With the knots that were found; its weights are `points`."""
    window: Window
    settings: Settings
    plan: Plan
    choice: Choice
    points_before: np.ndarray
    points: np.ndarray
    """Of 100, a signal each."""
    is_free: np.ndarray
    left_out: dict[str, str]
    """Signals that keep their weight, with the reason."""
    knots: dict[str, MovedKnots]
    judged: Comparison
    looked_at: Comparison | None
    """The same in cross-validation: weights were chosen by these months."""
    bins: tuple[list[Bin], list[Bin]]
    brier: tuple[float, float]
    training_rows: int
    training_accounts: int
    training_outcomes: int
    withheld: int
    """Observations without a score, since too little was measured."""
    recomputed: tuple[int, int]
    """Stored scores of this version that come out the same, and all of them."""

    @property
    def is_better(self) -> bool:
        """Clearly: better than today's weights, and than chance."""
        return self.judged.difference.low > 0 and self.judged.after.low > 0.5

    @property
    def is_chance(self) -> bool:
        """Neither score tells who leaves."""
        return not (self.judged.before.low > 0.5 or self.judged.after.low > 0.5)


def calibrate(
    observations: Observations,
    scorecard: Scorecard,
    bounds: dict[str, tuple[float, float]],
    window: Window,
    settings: Settings,
    tell: Tell = lambda what, done, of: None,
) -> Result:
    """Raises CannotCalibrate when history is too short or holds too few outcomes."""
    # sums in the same order on every machine, for the same digits
    with threadpool_limits(1):
        return _calibrate(observations, scorecard, bounds, window, settings, tell)


def _calibrate(
    observations: Observations,
    scorecard: Scorecard,
    bounds: dict[str, tuple[float, float]],
    window: Window,
    settings: Settings,
    tell: Tell,
) -> Result:
    today = scorecard.shares()
    dimension = scorecard.dimension_of_signal
    may_know = np.array(
        [signal.known_from_days > window.lead_days for signal in scorecard.signals]
    )
    scores = counted_scores(
        observations.values, observations.status, observations.day, scorecard
    )
    recomputed = _recomputed(observations, scorecard, scores)
    covered = coverage(observations.status, dimension, today)
    scores[:, may_know] = np.nan
    withheld = (covered < scorecard.minimum_coverage - 1e-9) | np.isnan(
        Arithmetic.of(scores, dimension).score(today)
    )
    withheld_count = int((withheld & observations.is_counted).sum())
    observations = observations.without(withheld)

    plan = _plan(observations, window, settings)
    training = np.flatnonzero(
        observations.is_counted & np.isin(observations.day, plan.training)
    )
    judged = np.flatnonzero(
        observations.is_counted & np.isin(observations.day, plan.judged)
    )
    _refuse_few_outcomes(observations, training, judged, plan, window, settings)
    left_out = _left_out(observations, scorecard, scores, training, window, settings)
    is_free = np.array([signal.name not in left_out for signal in scorecard.signals])
    if is_free.sum() < 2:
        raise CannotCalibrate(
            f"Fewer than two signals of {scorecard.name} can be weighed against each"
            " other: "
            + "; ".join(sorted(set(left_out.values())))
            + ". Lower --minimum-measured, or wait for more history."
        )

    freedom = room(scorecard, is_free, bounds)
    learner = Learner(scorecard, observations, freedom, may_know, settings.seed)
    steps = len(plan.folds) * len(KNOT_STRENGTHS) * len(WEIGHT_STRENGTHS)
    done = iter(range(1, steps + 1))
    choice = cross_validate(
        learner, plan, lambda what: tell(f"Trying weights, {what}", next(done), steps)
    )
    knots, points, after = _final(learner, plan, choice)
    before = learner.arithmetic({}).score(today)

    # a signal that has lost its weight may have been the only one that was known
    judged = judged[~np.isnan(after[judged])]

    def judge(rows: np.ndarray, after: np.ndarray) -> Comparison:
        return compare(
            before[rows],
            after[rows],
            observations.is_outcome[rows],
            observations.day[rows],
            observations.account[rows],
            seed=settings.seed,
            tell=lambda done, of: tell("Judging", done, of),
        )

    bins, brier = _calibration(before, after, observations.is_outcome, training, judged)
    return Result(
        scorecard,
        scorecard.with_knots({name: moved.after for name, moved in knots.items()}),
        window,
        settings,
        plan,
        choice,
        today * 100,
        points,
        is_free,
        left_out,
        knots,
        judge(judged, after),
        _looked_at(learner, plan, choice, judge),
        bins,
        brier,
        len(training),
        len(np.unique(observations.account[training])),
        observations.accounts_with_outcome(training),
        withheld_count,
        recomputed,
    )


def _recomputed(
    observations: Observations, scorecard: Scorecard, scores: np.ndarray
) -> tuple[int, int]:
    """How many stored scores of this version come out the same, of how many."""
    rows = (observations.stored_version == scorecard.version) & ~np.isnan(
        observations.stored_score
    )
    arithmetic = Arithmetic.of(scores[rows], scorecard.dimension_of_signal)
    found = arithmetic.score(scorecard.shares())
    return int((np.abs(found - observations.stored_score[rows]) < 0.001).sum()), int(
        rows.sum()
    )


def _plan(observations: Observations, window: Window, settings: Settings) -> Plan:
    months = np.unique(observations.day[observations.is_counted])
    plan = plan_months(months, window.days, settings.judged_months)
    if plan:
        return plan
    gap = -(-window.days // 30)
    raise CannotCalibrate(
        f"There is not enough history: of {len(months)} ends of months it is known who"
        f" {window.outcome_words} within the {window.days} days after. This takes about"
        f" {2 * gap + 2} of them, each with scored accounts. Wait, take a shorter"
        " window by --horizon-days 30, or let history begin earlier by the setting"
        " history_start."
    )


def _refuse_few_outcomes(
    observations: Observations,
    training: np.ndarray,
    judged: np.ndarray,
    plan: Plan,
    window: Window,
    settings: Settings,
) -> None:
    for rows, months in ((training, plan.training), (judged, plan.judged)):
        accounts = observations.accounts_with_outcome(rows)
        others = len(np.unique(observations.account[rows])) - accounts
        if min(accounts, others) < settings.minimum_outcomes:
            raise CannotCalibrate(
                f"There are too few outcomes: from {months[0]} to {months[-1]},"
                f" {counted(accounts, 'account')} {window.outcome_words} and {others}"
                f" did not; at least {settings.minimum_outcomes} of each are needed"
                " (minimum_outcomes in dbt_project.yml). Wait, calibrate a scorecard"
                " with more accounts by --scorecard, or take a longer window by"
                " --horizon-days."
            )


def _left_out(
    observations: Observations,
    scorecard: Scorecard,
    scores: np.ndarray,
    training: np.ndarray,
    window: Window,
    settings: Settings,
) -> dict[str, str]:
    """Signals that keep their weight, with the reason in words."""
    reasons = {}
    outcome = observations.is_outcome[training]
    for column, signal in enumerate(scorecard.signals):
        status = observations.status[training, column]
        is_measured = status == MEASURED
        counts = np.bincount(status, minlength=len(STATUSES))
        left = len(np.unique(observations.account[training][is_measured & outcome]))
        known = scores[training, column]
        if signal.known_from_days > window.lead_days:
            reason = (
                f"may know the outcome from {signal.known_from_days} days before it on,"
                f" with a lead of {window.lead_days}: left out of the judgement as well"
            )
        elif counts[NOT_APPLICABLE] == len(training):
            reason = "there is no source for it"
        elif not is_measured.any():
            usual = STATUSES[int(counts.argmax())]
            reason = f"never measured of these accounts: {usual}"
        elif is_measured.mean() < settings.minimum_measured:
            reason = (
                f"measured in {is_measured.mean():.0%} of the observations, less than"
                f" {settings.minimum_measured:.0%}"
            )
        elif left < settings.minimum_outcomes:
            reason = (
                f"measured of {counted(left, 'account')} that {window.outcome_words},"
                f" fewer than {settings.minimum_outcomes}"
            )
        elif np.nanmax(known) == np.nanmin(known):
            reason = "all accounts have the same score"
        else:
            continue
        reasons[signal.name] = reason
    return reasons


def _final(
    learner: Learner, plan: Plan, choice: Choice
) -> tuple[dict[str, MovedKnots], np.ndarray, np.ndarray]:
    """Knots, points and the scores of all observations, as they would be written."""
    rows = learner.sample(plan.training)
    found = learner.knots(rows, choice.knot_strength)
    before = {signal.name: signal.knots for signal in learner.scorecard.signals}
    knots = {
        name: MovedKnots(before[name], after, reason)
        for name, (after, reason) in found.items()
    }
    fit = _fit(learner, plan.training, choice)
    if np.array_equal(fit.shares, learner.room.today):
        # where no weight moves, none is rounded to tenths
        points, shares = np.round(fit.shares * 100, 2), fit.shares
    else:
        points = readable_points(fit.shares, learner.room)
        shares = points / points.sum()
    arithmetic = learner.arithmetic({name: one.after for name, one in knots.items()})
    return knots, points, arithmetic.score(shares)


def _fit(learner: Learner, months: np.ndarray, choice: Choice) -> Fit:
    """Down to the chosen strength, as in cross-validation."""
    strengths = [one for one in WEIGHT_STRENGTHS if one >= choice.weight_strength]
    return list(learner.fits(months, choice.knot_strength, strengths))[-1]


def _looked_at(
    learner: Learner, plan: Plan, choice: Choice, judge
) -> Comparison | None:
    """Each fold's months by what was learned before them."""
    after = np.full(len(learner.observations.day), np.nan)
    for fold in plan.folds:
        rows = learner.in_months(fold.looked_at)
        after[rows] = learner.scores(_fit(learner, fold.learned, choice), rows)
    rows = np.flatnonzero(~np.isnan(after))
    return judge(rows, after) if learner.observations.is_outcome[rows].any() else None


def _calibration(
    before: np.ndarray,
    after: np.ndarray,
    is_outcome: np.ndarray,
    training: np.ndarray,
    judged: np.ndarray,
) -> tuple[tuple[list[Bin], list[Bin]], tuple[float, float]]:
    """What each score said of the judged months in probabilities, learned before."""
    bins, briers = [], []
    for score in (before, after):
        known = training[~np.isnan(score[training])]
        model = LogisticRegression(C=1e6).fit(
            score[known, None] / 10, is_outcome[known]
        )
        expected = model.predict_proba(score[judged, None] / 10)[:, 1]
        bins.append(calibration_bins(expected, is_outcome[judged]))
        briers.append(float(((expected - is_outcome[judged]) ** 2).mean()))
    return tuple(bins), tuple(briers)
