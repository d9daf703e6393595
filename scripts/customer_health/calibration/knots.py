"""Knots from the values of those who left and of those who stayed."""

import math

import numpy as np

from customer_health.calibration.judging import auc
from customer_health.calibration.scorecards import Knots, Signal

WORST_OF_LEFT = 0.1
"""The worst tenth of those who left scores 0."""
BEST_OF_STAYED = 0.75
"""The best quarter of those who stayed scores 100."""
LEAST_VALUES = 30
"""Fewer values of either group say nothing about its quantiles."""
MIDDLE = 0.05
"""fifty_at stays away from the other knots by so much of their distance."""


def moved_knots(
    signal: Signal, values: np.ndarray, is_outcome: np.ndarray, strength: float
) -> tuple[Knots, str]:
    """Today's knots moved towards the quantiles, all the way with strength 1.

    Returns why they stay where they are, else an empty text. They always run in the
    direction that the signal's `better` says.
    """
    known = ~np.isnan(values)
    values, is_outcome = values[known], is_outcome[known]
    today = signal.knots
    if strength == 0:
        return today, "cross-validation kept all knots"
    if signal.better == "middle" or today.hundred_until is not None:
        return today, "it is best in the middle"
    if today.shape == "step":
        return today, "its knots are steps that a person set"
    if len(np.unique(values)) <= 2:
        return today, "it has two values at most"
    if min(is_outcome.sum(), (~is_outcome).sum()) < LEAST_VALUES:
        return today, f"fewer than {LEAST_VALUES} values of those who left, or stayed"
    turn = 1 if signal.better == "more" else -1
    good = turn * values
    if auc(good, is_outcome, np.zeros(len(good))) <= 0.5:
        return today, "those who left had better values than those who stayed"
    left, stayed = good[is_outcome], good[~is_outcome]
    zero, hundred = (
        np.quantile(left, WORST_OF_LEFT),
        np.quantile(stayed, BEST_OF_STAYED),
    )
    fifty = (np.median(left) + np.median(stayed)) / 2
    if zero >= hundred:
        return today, "the values of those who left and stayed lie too close together"
    if not _is_between(zero, fifty, hundred):
        fifty = (zero + hundred) / 2

    def moved(knot: float, towards: float) -> float:
        return turn * knot * (1 - strength) + towards * strength

    zero, hundred = moved(today.zero_at, zero), moved(today.hundred_at, hundred)
    half_way = (today.zero_at + today.hundred_at) / 2
    fifty = moved(half_way if today.fifty_at is None else today.fifty_at, fifty)
    if not _is_between(zero, fifty, hundred):
        fifty = (zero + hundred) / 2
    step = readable_step(hundred - zero)
    found = Knots(
        today.shape,
        _nearest(turn * zero, step),
        None if today.fifty_at is None else _nearest(turn * fifty, step),
        _nearest(turn * hundred, step),
    )
    if not found.are_in_order() or found.direction != turn:
        return today, "rounded, they would fall together"
    return found, "" if found != today else "they are where they should be"


def _is_between(zero: float, fifty: float, hundred: float) -> bool:
    room = MIDDLE * (hundred - zero)
    return zero + room <= fifty <= hundred - room


def readable_step(distance: float) -> float:
    """A tenth of the power of ten that the distance between two knots has."""
    return 10.0 ** (math.floor(math.log10(distance)) - 1)


def _nearest(value: float, step: float) -> float:
    return round(round(value / step) * step, 10)
