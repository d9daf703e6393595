"""A logistic regression on signal scores, trained on the past and judged on what came
after it: what plain statistics make of the same signals, as a bar for the health score.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

# fixed, so that the same data give the same figures
SEED = 20260101
RESAMPLES = 1000
# Inverse strength of the penalty: strong, since signals are many and losses are few.
# Not tuned: what is tuned on the outcomes needs further data to be judged on.
PENALTY = 0.01


@dataclass(frozen=True)
class Observations:
    """Accounts by end of month, with what was known then and what came of it."""

    accounts: np.ndarray
    dates: np.ndarray
    """Of type datetime64[D]."""
    is_lost: np.ndarray
    """0 or 1: lost in the window."""
    health: np.ndarray
    """The health score, without signals that know the outcome; NaN where withheld."""
    signals: Sequence[str]
    scores: np.ndarray
    """A row per observation, a column per signal, 0 to 100; NaN is unknown."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Judgement:
    """How the regression did beside the health score, or why that cannot be said."""

    not_enough: str | None = None
    trained_from: date | None = None
    judged_from: date | None = None
    judged_until: date | None = None
    observations: int = 0
    accounts: int = 0
    lost_accounts: int = 0
    regression: Estimate | None = None
    health: Estimate | None = None
    difference: Estimate | None = None
    """The AUC of the regression minus that of the health score, on the same rows."""
    weights: list[tuple[str, float]] = field(default_factory=list)
    """The signals that count most in the last regression, by standard deviation."""


def judge(
    observations: Observations,
    *,
    lead_days: int,
    horizon_days: int,
    minimum_outcomes: int,
    resamples: int = RESAMPLES,
) -> Judgement:
    """Judges a regression out of time: for every end of month, one is trained on the
    ends of months whose windows had ended by then, and tells the risk of the accounts
    of the day. Needs scikit-learn.
    """
    risks, trained_from = _risks_out_of_time(
        observations, lead_days + horizon_days, minimum_outcomes
    )
    judged = ~np.isnan(risks) & ~np.isnan(observations.health)
    lost = observations.is_lost == 1
    lost_accounts = len(np.unique(observations.accounts[judged & lost]))
    kept_accounts = len(np.unique(observations.accounts[judged & ~lost]))
    if not judged.any():
        return Judgement(
            not_enough="No end of month has enough of the past behind it: at least"
            f" {minimum_outcomes} accounts must have been lost in windows of"
            f" {horizon_days} days that had ended by then."
        )
    if min(lost_accounts, kept_accounts) < minimum_outcomes:
        return Judgement(
            not_enough=f"Of the accounts that it could be judged on, {lost_accounts}"
            f" were lost and {kept_accounts} stayed; {minimum_outcomes} of each are"
            " needed."
        )
    dates = observations.dates[judged]
    regression, health, difference = compared_auc(
        observations.accounts[judged],
        observations.is_lost[judged],
        risks[judged],
        -observations.health[judged],
        resamples,
    )
    model = _trained(observations, dates.max(), lead_days + horizon_days)
    weights = sorted(
        zip(observations.signals, model[-1].coef_[0], strict=True),
        key=lambda one: (-abs(one[1]), one[0]),
    )
    return Judgement(
        trained_from=_date(trained_from),
        judged_from=_date(dates.min()),
        judged_until=_date(dates.max()),
        observations=int(judged.sum()),
        accounts=len(np.unique(observations.accounts[judged])),
        lost_accounts=lost_accounts,
        regression=regression,
        health=health,
        difference=difference,
        weights=[(signal, float(weight)) for signal, weight in weights[:10]],
    )


def _risks_out_of_time(
    observations: Observations, window_days: int, minimum_outcomes: int
) -> tuple[np.ndarray, np.datetime64 | None]:
    """The risk of each observation by what was known before it, NaN where that was too
    little; and the first day that taught anything.
    """
    risks = np.full(len(observations.dates), np.nan)
    trained_from = None
    for day in np.unique(observations.dates):
        known = _known(observations, day, window_days)
        lost = observations.is_lost == 1
        lost_accounts = len(np.unique(observations.accounts[known & lost]))
        kept_accounts = len(np.unique(observations.accounts[known & ~lost]))
        if min(lost_accounts, kept_accounts) < minimum_outcomes:
            continue
        if trained_from is None:
            trained_from = observations.dates[known].min()
        today = observations.dates == day
        model = _trained(observations, day, window_days)
        risks[today] = model.decision_function(observations.scores[today])
    return risks, trained_from


def _known(
    observations: Observations, day: np.datetime64, window_days: int
) -> np.ndarray:
    """Which observations had a window that was over by a day."""
    return observations.dates + np.timedelta64(window_days, "D") <= day


def _trained(observations: Observations, day: np.datetime64, window_days: int):
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = _known(observations, day, window_days)
    model = make_pipeline(
        # what is unknown says nothing: it stands where most accounts stand
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=PENALTY, max_iter=1000, random_state=SEED),
    )
    return model.fit(observations.scores[known], observations.is_lost[known])


def compared_auc(
    accounts: np.ndarray,
    is_lost: np.ndarray,
    one: np.ndarray,
    other: np.ndarray,
    resamples: int = RESAMPLES,
) -> tuple[Estimate, Estimate, Estimate]:
    """The AUC of two risks on the same rows, and their difference. The intervals draw
    accounts, not rows, again and again: the same account stands in many months.
    """
    names, places = np.unique(accounts, return_inverse=True)
    random = np.random.default_rng(SEED)
    measures = [_WeightedAuc(risk, is_lost) for risk in (one, other)]
    drawn = []
    for _ in range(resamples):
        times = np.bincount(
            random.integers(len(names), size=len(names)), minlength=len(names)
        )
        drawn.append([measure(times[places]) for measure in measures])
    samples = np.array(drawn)
    everybody = np.ones(len(places))
    values = [measure(everybody) for measure in measures]
    return (
        _estimate(values[0], samples[:, 0]),
        _estimate(values[1], samples[:, 1]),
        _estimate(values[0] - values[1], samples[:, 0] - samples[:, 1]),
    )


class _WeightedAuc:
    """The AUC of a risk, for any number of times that each row counts."""

    def __init__(self, risk: np.ndarray, is_lost: np.ndarray) -> None:
        _, self._rank = np.unique(risk, return_inverse=True)
        self._is_lost = is_lost == 1

    def __call__(self, times: np.ndarray) -> float:
        ranks = self._rank.max() + 1
        lost = np.bincount(self._rank, times * self._is_lost, ranks)
        kept = np.bincount(self._rank, times * ~self._is_lost, ranks)
        # of those with a lower risk all, of equals half
        below = np.cumsum(kept) - kept / 2
        pairs = lost.sum() * kept.sum()
        return float((lost * below).sum() / pairs) if pairs else np.nan


def _estimate(value: float, samples: np.ndarray) -> Estimate:
    low, high = np.nanpercentile(samples, [2.5, 97.5])
    return Estimate(float(value), float(low), float(high))


def _date(day: np.datetime64) -> date:
    return date(1970, 1, 1) + timedelta(
        days=int(day.astype("datetime64[D]").astype(int))
    )
