"""Weights within the bounds that a person set, and rounded to what a person can read.

A signal's share is its part of the whole score, a dimension's the sum of its signals'.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from customer_health.calibration import CannotCalibrate
from customer_health.calibration.scorecards import Scorecard

LEAST_SHARE = 1e-6
"""Of a signal while weights are sought: at 0 it would have no gradient."""
GRID = 10
"""Free weights are tenths of a point of 100, in hundredths."""


@dataclass(frozen=True)
class Room:
    """What may move, and how far."""

    today: np.ndarray
    """Shares of the signals."""
    is_free: np.ndarray
    dimension: np.ndarray
    """The place of each signal's dimension."""
    low: np.ndarray
    high: np.ndarray
    """Sums of the shares of all of a dimension's signals; only where one is free."""

    @property
    def free_dimensions(self) -> np.ndarray:
        return np.unique(self.dimension[self.is_free])

    @property
    def members(self) -> np.ndarray:
        """1 where a free signal is of a dimension with free ones: a row each."""
        return (
            self.dimension[self.is_free][None, :] == self.free_dimensions[:, None]
        ).astype(float)

    @property
    def kept(self) -> np.ndarray:
        """What the signals that stay have of each dimension with free ones."""
        kept = np.where(self.is_free, 0, self.today)
        return np.bincount(self.dimension, kept, minlength=len(self.low))[
            self.free_dimensions
        ]

    @property
    def budget(self) -> float:
        """What the free signals share."""
        return 1 - self.today[~self.is_free].sum()

    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """Least and greatest sums of the free signals of each dimension."""
        low = np.maximum(self.low[self.free_dimensions] - self.kept, 0)
        high = np.maximum(self.high[self.free_dimensions] - self.kept, 0)
        return low, high

    def constraints(self, scale: float) -> list[dict]:
        """As scipy wants them, on free shares times `scale` after one other number."""
        low, high = self.limits()
        members = np.hstack([np.zeros((len(low), 1)), self.members / scale])
        total = members.sum(axis=0)
        return [
            {
                "type": "eq",
                "fun": lambda x: total @ x - self.budget,
                "jac": lambda x: total,
            },
            {
                "type": "ineq",
                "fun": lambda x: np.concatenate(
                    [members @ x - low, high - members @ x]
                ),
                "jac": lambda x: np.vstack([members, -members]),
            },
        ]

    def whole(self, free_shares: np.ndarray) -> np.ndarray:
        """The shares of all signals; those of the free ones add up to the budget."""
        shares = self.today.copy()
        free_shares = np.maximum(free_shares, LEAST_SHARE)
        shares[self.is_free] = free_shares * self.budget / free_shares.sum()
        return shares

    def nearest_to_today(self) -> np.ndarray:
        """Today's shares, or those within the bounds that are nearest to them."""
        low, high = self.limits()
        free = self.today[self.is_free]
        sums = self.members @ free
        if np.all(sums >= low - 1e-9) and np.all(sums <= high + 1e-9):
            return self.today.copy()
        start = np.maximum(free, LEAST_SHARE)
        found = minimize(
            lambda x: ((x[1:] - free) ** 2).sum(),
            np.concatenate([[0.0], start]),
            jac=lambda x: np.concatenate([[0.0], 2 * (x[1:] - free)]),
            method="SLSQP",
            bounds=[(0, 0)] + [(LEAST_SHARE, 1)] * len(free),
            constraints=self.constraints(1.0),
            options={"ftol": 1e-12, "maxiter": 500},
        )
        return self.whole(found.x[1:])


def room(
    scorecard: Scorecard,
    is_free: np.ndarray,
    bounds: dict[str, tuple[float, float]],
) -> Room:
    """Raises CannotCalibrate when no weights are within the bounds."""
    for name in scorecard.dimensions:
        if name not in bounds:
            raise CannotCalibrate(
                f"seeds/calibration_bounds.csv has no row for the dimension {name}:"
                " add one with the least and the greatest share that it may have."
            )
    made = Room(
        scorecard.shares(),
        is_free,
        scorecard.dimension_of_signal,
        np.array([bounds[name][0] for name in scorecard.dimensions]),
        np.array([bounds[name][1] for name in scorecard.dimensions]),
    )
    low, high = made.limits()
    if not low.sum() - 1e-9 <= made.budget <= high.sum() + 1e-9:
        names = ", ".join(scorecard.dimensions[place] for place in made.free_dimensions)
        raise CannotCalibrate(
            f"No weights of {scorecard.name} are within seeds/calibration_bounds.csv:"
            f" the signals that may move have {made.budget:.1%} of the score, but the"
            f" bounds of {names} leave them {low.sum():.1%} to {high.sum():.1%}. Widen"
            " the bounds."
        )
    return made


def readable_points(shares: np.ndarray, room: Room) -> np.ndarray:
    """Points of 100 of each signal: tenths of a point, still within the bounds.

    Signals that stay keep their points to the hundredth. What tenths leave over, less
    than one, goes to the greatest of its kind. A dimension without free signals stays.
    """
    hundredths = np.zeros(len(shares), dtype=int)
    stays = ~room.is_free
    hundredths[stays] = np.round(shares[stays] * 10_000).astype(int)
    places = room.free_dimensions
    kept = np.array(
        [hundredths[stays & (room.dimension == place)].sum() for place in places]
    )
    low, high = (np.round(limit * 10_000).astype(int) for limit in room.limits())
    exact = room.members @ shares[room.is_free] * 10_000
    sums = _apportioned(exact, 10_000 - hundredths[stays].sum(), low, high, kept)
    for place, total in zip(places, sums, strict=True):
        free = np.flatnonzero(room.is_free & (room.dimension == place))
        nothing, all_of_it = np.zeros(len(free), int), np.full(len(free), total)
        hundredths[free] = _apportioned(
            shares[free] * 10_000, total, nothing, all_of_it, nothing
        )
    return hundredths / 100


def _apportioned(
    exact: np.ndarray, total: int, low: np.ndarray, high: np.ndarray, kept: np.ndarray
) -> np.ndarray:
    """Whole numbers that add up to the total, as near to `exact` as their limits allow;
    with what is kept beside them they are multiples of GRID where that is possible."""
    whole = (exact + kept + 1e-6) // GRID * GRID - kept
    found = np.clip(whole.astype(int), low, high)
    while (left := total - found.sum()) != 0:
        step = min(abs(left), GRID) * np.sign(left)
        misses = np.where(
            (found + step >= low) & (found + step <= high),
            (exact - found) * np.sign(left),
            -np.inf,
        )
        if not np.isfinite(misses).any():
            step = np.sign(left)
            can = (found + step >= low) & (found + step <= high)
            if not can.any():
                return found  # the limits are narrower than a hundredth
            misses = np.where(can, (exact - found) * np.sign(left), -np.inf)
        elif abs(step) < GRID:  # less than a tenth: where it is least seen
            misses = np.where(np.isfinite(misses), found, -np.inf)
        found[np.argmax(misses)] += step
    return found
