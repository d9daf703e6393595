"""Finds weights: what fits the months before, kept near to today's, within bounds.

The loss is the negative partial likelihood by month (as in a Cox model): given that
so many of the accounts of a month left, how likely is it that it was these, when the
chance of each grows with exp(-slope × score)? Only accounts of the same month are
compared, so the calendar teaches nothing, as in the AUC within months. The score is the
very score that will be published, unknown signals and all; the slope is free, so only
the order and the distances of scores matter.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from customer_health.calibration import CannotCalibrate
from customer_health.calibration.history import Observations
from customer_health.calibration.knots import moved_knots
from customer_health.calibration.scorecards import Knots, Scorecard
from customer_health.calibration.scoring import Arithmetic, counted_scores
from customer_health.calibration.weights import LEAST_SHARE, Room

WEIGHT_STRENGTHS = (np.inf, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0)
"""Of the pull to today's weights, in outcomes: the more there are to learn from, the
less it counts. With infinity they are today's."""
KNOT_STRENGTHS = (0.0, 0.5, 1.0)
"""How far knots move; with 0 they are today's."""
MOST_FOLDS = 4
MOST_ROWS = 50_000
POINTS_PER_UNIT = 10
"""The slope is per so many points of the score."""
MOST_SLOPE = 20


@dataclass(frozen=True)
class Fold:
    """Months to learn from, and later ones to look at, with a gap between."""

    learned: np.ndarray
    looked_at: np.ndarray


@dataclass(frozen=True)
class Plan:
    """Which months do what."""

    folds: list[Fold]
    training: np.ndarray
    judged: np.ndarray
    unused: np.ndarray
    """Their windows reach into the judged months."""


def plan_months(months: np.ndarray, gap_days: int, judged: int | None) -> Plan | None:
    """The last months are judged, with a gap as long as the window before each block:
    what is learned from has ended before what is looked at begins. None without room.

    Without a number, three tenths of the months are judged, fewer of a short history.
    """
    most = judged or max(2, round(0.3 * len(months)))
    for count in [judged] if judged else range(most, 1, -1):
        if count >= len(months):
            continue
        training = months[months + gap_days <= months[-count]]
        later = [month for month in training if (training + gap_days <= month).any()]
        if not later:
            continue
        folds = [
            Fold(training[training + gap_days <= block[0]], block)
            for block in np.array_split(np.array(later), min(MOST_FOLDS, len(later)))
        ]
        unused = months[(months > training[-1]) & (months < months[-count])]
        return Plan(folds, training, months[-count:], unused)
    return None


class Likelihood:
    """The loss of scores, by month, of rows that are in the order of months."""

    def __init__(self, day: np.ndarray, is_outcome: np.ndarray) -> None:
        self._starts = np.flatnonzero(np.append(True, day[1:] != day[:-1]))
        self._sizes = np.diff(np.append(self._starts, len(day)))
        self._is_outcome = is_outcome.astype(float)
        self._of_month = np.add.reduceat(self._is_outcome, self._starts)
        self.outcomes = max(1.0, self._is_outcome.sum())

    def __call__(self, risk: np.ndarray) -> tuple[float, np.ndarray]:
        """The loss per outcome, and its gradient by risk."""
        greatest = np.maximum.reduceat(risk, self._starts)
        grown = np.exp(risk - np.repeat(greatest, self._sizes))
        sums = np.add.reduceat(grown, self._starts)
        loss = self._of_month @ (np.log(sums) + greatest) - self._is_outcome @ risk
        expected = np.repeat(self._of_month / sums, self._sizes) * grown
        return loss / self.outcomes, (expected - self._is_outcome) / self.outcomes


@dataclass(frozen=True)
class Fit:
    shares: np.ndarray
    slope: float
    knots: dict[str, Knots]


def fit_slope(arithmetic: Arithmetic, likelihood: Likelihood, shares) -> float:
    """The slope at which the scores of these shares are likeliest; none is negative."""
    score = arithmetic.score(shares) / POINTS_PER_UNIT
    return float(
        minimize_scalar(
            lambda slope: likelihood(-slope * score)[0],
            bounds=(0, MOST_SLOPE),
            method="bounded",
            options={"xatol": 1e-4},
        ).x
    )


def fit_shares(
    arithmetic: Arithmetic,
    likelihood: Likelihood,
    room: Room,
    strength: float,
    start: tuple[np.ndarray, float],
) -> tuple[np.ndarray, float]:
    """Shares and slope with the least loss of all outcomes plus strength × mean squared
    distance to today's shares, in units of the mean share."""
    if np.isinf(strength):
        shares = room.nearest_to_today()
        return shares, fit_slope(arithmetic, likelihood, shares)
    count = int(room.is_free.sum())
    today = room.today[room.is_free] * count
    pull = strength / likelihood.outcomes

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        shares = room.today.copy()
        shares[room.is_free] = np.maximum(x[1:], LEAST_SHARE) / count
        score, pullback = arithmetic.score_and_pullback(shares)
        value, by_risk = likelihood(-x[0] / POINTS_PER_UNIT * score)
        by_share = pullback(-x[0] / POINTS_PER_UNIT * by_risk)[room.is_free] / count
        distance = x[1:] - today
        value += pull * (distance**2).mean()
        by_slope = -(by_risk @ score) / POINTS_PER_UNIT
        return value, np.append(by_slope, by_share + 2 * pull * distance / count)

    found = minimize(
        loss,
        np.append(start[1], start[0][room.is_free] * count),
        jac=True,
        method="SLSQP",
        bounds=[(0, MOST_SLOPE)] + [(LEAST_SHARE * count, count)] * count,
        constraints=room.constraints(count),
        options={"ftol": 1e-7, "maxiter": 200},
    )
    if not np.isfinite(found.x).all():
        raise CannotCalibrate(f"The search for weights failed: {found.message}.")
    return room.whole(found.x[1:]), float(found.x[0])


class Learner:
    """Fits a scorecard to some of the observations."""

    def __init__(
        self,
        scorecard: Scorecard,
        observations: Observations,
        room: Room,
        may_know: np.ndarray,
        seed: int,
    ) -> None:
        """`may_know`: signals that may know the outcome, which the score then lacks."""
        self.scorecard = scorecard
        self.observations = observations
        self.room = room
        self._may_know = may_know
        self._seed = seed
        self._arithmetics: dict[tuple, Arithmetic] = {}

    def in_months(self, months: np.ndarray) -> np.ndarray:
        observed = self.observations
        return np.flatnonzero(observed.is_counted & np.isin(observed.day, months))

    def sample(self, months: np.ndarray) -> np.ndarray:
        """Rows to learn from: at most MOST_ROWS, with all accounts that left."""
        rows = self.in_months(months)
        if len(rows) <= MOST_ROWS:
            return rows
        account = self.observations.account[rows]
        left = np.unique(account[self.observations.is_outcome[rows]])
        others = np.setdiff1d(account, left)
        kept = np.isin(account, left).sum()
        share = max(0.0, (MOST_ROWS - kept) / (len(rows) - kept))
        drawn = np.random.default_rng(self._seed).permutation(others)
        chosen = np.append(left, drawn[: int(share * len(others))])
        return rows[np.isin(account, chosen)]

    def knots(self, rows: np.ndarray, strength: float) -> dict[str, tuple[Knots, str]]:
        """Of the free signals, with why they stay."""
        observed = self.observations
        return {
            signal.name: moved_knots(
                signal,
                observed.values[rows, column],
                observed.is_outcome[rows],
                strength,
            )
            for column, signal in enumerate(self.scorecard.signals)
            if self.room.is_free[column]
        }

    def arithmetic(self, knots: dict[str, Knots]) -> Arithmetic:
        """Of all observations, without signals that may know the outcome."""
        key = tuple(sorted((name, str(one)) for name, one in knots.items()))
        if key not in self._arithmetics:
            if len(self._arithmetics) > 2:
                self._arithmetics.clear()
            scores = counted_scores(
                self.observations.values,
                self.observations.status,
                self.observations.day,
                self.scorecard.with_knots(knots),
            )
            scores[:, self._may_know] = np.nan
            self._arithmetics[key] = Arithmetic.of(scores, self.room.dimension)
        return self._arithmetics[key]

    def fits(
        self, months: np.ndarray, knot_strength: float, strengths: Iterable[float]
    ) -> Iterable[Fit]:
        """One fit per strength, from strong to weak, each beginning where the last one
        ended."""
        rows = self.sample(months)
        knots = {
            name: knots for name, (knots, _) in self.knots(rows, knot_strength).items()
        }
        arithmetic = self.arithmetic(knots).rows(rows)
        likelihood = self.likelihood(rows)
        nearest = self.room.nearest_to_today()
        start = (nearest, fit_slope(arithmetic, likelihood, nearest))
        for strength in strengths:
            start = fit_shares(arithmetic, likelihood, self.room, strength, start)
            yield Fit(*start, knots)

    def likelihood(self, rows: np.ndarray) -> Likelihood:
        return Likelihood(
            self.observations.day[rows], self.observations.is_outcome[rows]
        )

    def scores(self, fit: Fit, rows: np.ndarray) -> np.ndarray:
        return self.arithmetic(fit.knots).rows(rows).score(fit.shares)


@dataclass(frozen=True)
class Choice:
    """What cross-validation chose."""

    weight_strength: float
    knot_strength: float
    losses: dict[tuple[float, float], float]
    """Per outcome in the months looked at, by strength of knots and of weights."""

    @property
    def is_today(self) -> bool:
        return np.isinf(self.weight_strength) and self.knot_strength == 0


def cross_validate(
    learner: Learner, plan: Plan, tell: Callable[[str], None] = lambda what: None
) -> Choice:
    """Chooses the strengths that did best in months after those learned from; of
    equally good ones, those that change less."""
    totals: dict[tuple[float, float], float] = {}
    outcomes = 0.0
    for number, fold in enumerate(plan.folds, start=1):
        rows = learner.in_months(fold.looked_at)
        likelihood = learner.likelihood(rows)
        outcomes += likelihood.outcomes
        for knot_strength in KNOT_STRENGTHS:
            fits = learner.fits(fold.learned, knot_strength, WEIGHT_STRENGTHS)
            for strength, fit in zip(WEIGHT_STRENGTHS, fits, strict=True):
                score = learner.scores(fit, rows) / POINTS_PER_UNIT
                loss = likelihood(-fit.slope * score)[0] * likelihood.outcomes
                key = (knot_strength, strength)
                totals[key] = totals.get(key, 0.0) + loss
                tell(f"fold {number} of {len(plan.folds)}")
    losses = {key: total / outcomes for key, total in totals.items()}
    knot_strength, weight_strength = min(
        losses, key=lambda key: (round(losses[key], 6), key[0], -key[1])
    )
    return Choice(weight_strength, knot_strength, losses)
