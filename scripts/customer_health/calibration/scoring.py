"""The arithmetic of the score, as macros measured_score, dimension_scores and
health_scores have it, on arrays and with its gradient.

A column per signal of the scorecard, a row per observation.
"""

from dataclasses import dataclass

import numpy as np

from customer_health.calibration.scorecards import Knots, Scorecard

MEASURED, MISSING, STALE, NOT_APPLICABLE, NOT_STORED = range(5)
STATUSES = ("measured", "missing", "stale source", "not applicable", "not stored")
LEAST_PEERS = 5


def measured_scores(values: np.ndarray, knots: Knots) -> np.ndarray:
    """0 to 100 by the knots; null where the value is."""
    turn = knots.direction
    x = turn * values
    zero, hundred = turn * knots.zero_at, turn * knots.hundred_at
    fifty = (zero + hundred) / 2 if knots.fifty_at is None else turn * knots.fifty_at
    until = np.inf if knots.hundred_until is None else turn * knots.hundred_until
    again = np.inf if knots.zero_again_at is None else turn * knots.zero_again_at
    if knots.shape == "step":
        scores = np.select(
            [(x < fifty) | (x >= again), (x < hundred) | (x > until)],
            [0.0, 50.0],
            100.0,
        )
    else:
        scores = np.interp(x, [zero, fifty, hundred], [0.0, 50.0, 100.0])
        if np.isfinite(again):
            falling = 100 * (again - x) / (again - until)
            scores = np.where(x >= again, 0, np.where(x > until, falling, scores))
    return np.where(np.isnan(values), np.nan, np.round(scores, 4))


def counted_scores(
    values: np.ndarray, status: np.ndarray, day: np.ndarray, scorecard: Scorecard
) -> np.ndarray:
    """The score of each signal that counts: measured, or what stands in for it."""
    scores = np.empty(values.shape)
    for column, signal in enumerate(scorecard.signals):
        is_measured = status[:, column] == MEASURED
        measured = np.where(
            is_measured, measured_scores(values[:, column], signal.knots), np.nan
        )
        scores[:, column] = measured
        is_missing = status[:, column] == MISSING
        if signal.missing_policy == "neutral":
            scores[is_missing, column] = 50
        elif signal.missing_policy == "penalise":
            scores[is_missing, column] = 0
        elif signal.missing_policy == "peer_median":
            scores[is_missing, column] = _peer_medians(measured, day)[is_missing]
    return scores


def _peer_medians(measured: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The median of the day of those who have it, five at least; else null."""
    medians = np.full(len(measured), np.nan)
    for one in np.unique(day):
        of_day = measured[day == one]
        of_day = of_day[~np.isnan(of_day)]
        if len(of_day) >= LEAST_PEERS:
            medians[day == one] = np.round(np.median(of_day), 4)
    return medians


@dataclass(frozen=True)
class Arithmetic:
    """Scores of observations as a function of the signals' shares."""

    scores: np.ndarray
    """Of each signal; 0 where it is unknown."""
    is_known: np.ndarray
    """1.0 where it is known."""
    dimension: np.ndarray
    """The place of each signal's dimension."""

    @classmethod
    def of(cls, scores: np.ndarray, dimension: np.ndarray) -> "Arithmetic":
        known = ~np.isnan(scores)
        return cls(np.where(known, scores, 0.0), known.astype(float), dimension)

    def rows(self, chosen: np.ndarray) -> "Arithmetic":
        return Arithmetic(self.scores[chosen], self.is_known[chosen], self.dimension)

    def score(self, shares: np.ndarray) -> np.ndarray:
        """The score before caps; null where nothing with weight is known."""
        return self._parts(shares)[0]

    def _parts(self, shares: np.ndarray):
        """Scores, sums of the weights of known dimensions, and per dimension what a
        gradient needs: its columns, weight, scores, and sums of known weights."""
        weighted, total, dimensions = 0.0, 0.0, []
        for place in range(self.dimension.max() + 1):
            columns = np.flatnonzero(self.dimension == place)
            weight = shares[columns].sum()
            known = self.is_known[:, columns] @ shares[columns]
            is_scored = known > 0
            score = np.divide(
                self.scores[:, columns] @ shares[columns],
                known,
                out=np.zeros(len(known)),
                where=is_scored,
            )
            weighted = weighted + weight * score
            total = total + weight * is_scored
            dimensions.append((columns, weight, score, known, is_scored))
        with np.errstate(invalid="ignore", divide="ignore"):
            return weighted / total, total, dimensions

    def score_and_pullback(self, shares: np.ndarray):
        """Scores, and a function from a loss's gradient by score to that by share."""
        score, total, dimensions = self._parts(shares)

        def pullback(by_score: np.ndarray) -> np.ndarray:
            by_share = np.zeros(len(shares))
            scaled = by_score / total
            for columns, weight, of_dimension, known, is_scored in dimensions:
                # the dimension as a whole weighs more
                by_share[columns] += scaled @ (is_scored * (of_dimension - score))
                # the signal weighs more within it
                within = np.divide(
                    scaled * weight, known, out=np.zeros(len(known)), where=is_scored
                )
                by_share[columns] += within @ self.scores[:, columns]
                by_share[columns] -= (within * of_dimension) @ self.is_known[:, columns]
            return by_share

        return score, pullback


def coverage(
    status: np.ndarray, dimension: np.ndarray, shares: np.ndarray
) -> np.ndarray:
    """The share of the weight that applies which was measured; 0 where none applies."""
    covered, applicable = 0.0, 0.0
    for place in range(dimension.max() + 1):
        columns = np.flatnonzero((dimension == place) & (shares > 0))
        weight = shares[columns].sum()
        applies = (status[:, columns] != NOT_APPLICABLE) @ shares[columns]
        measured = (status[:, columns] == MEASURED) @ shares[columns]
        is_applicable = applies > 0
        covered = covered + weight * np.divide(
            measured, applies, out=np.zeros(len(applies)), where=is_applicable
        )
        applicable = applicable + weight * is_applicable
    return np.divide(
        covered, applicable, out=np.zeros(len(status)), where=applicable > 0
    )
