"""How well a score tells who leaves: AUC within months, with intervals by account."""

from dataclasses import dataclass

import numpy as np

REPLICATES = 1000
CHUNK = 4_000_000
"""Numbers that are held at a time."""


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval; null where it cannot be told."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "not known"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"

    @classmethod
    def of(cls, value: float, replicates: np.ndarray) -> "Estimate":
        known = replicates[~np.isnan(replicates)]
        if np.isnan(value) or len(known) < len(replicates) / 2:
            return cls(value, np.nan, np.nan)
        return cls(float(value), *(float(x) for x in np.percentile(known, [2.5, 97.5])))


class Auc:
    """The AUC of one score, for any weights of the observations.

    Pairs are formed within a stratum, the month: a month in which many leave is no
    merit of the score. Ties count half.
    """

    def __init__(
        self, risk: np.ndarray, is_outcome: np.ndarray, stratum: np.ndarray
    ) -> None:
        self._order = np.lexsort((risk, stratum))
        risk, stratum = risk[self._order], stratum[self._order]
        self._is_outcome = is_outcome[self._order]
        begins = np.ones(len(risk), dtype=bool)
        begins[1:] = stratum[1:] != stratum[:-1]
        new_tie = begins.copy()
        new_tie[1:] |= risk[1:] != risk[:-1]
        self._ties = np.flatnonzero(new_tie)
        self._strata = np.flatnonzero(begins[self._ties])
        self.strata = stratum[begins]

    def pairs(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Per row of weights and stratum: pairs in the right order, and all pairs."""
        weights = weights[:, self._order]
        of_ties = np.add.reduceat(weights * self._is_outcome, self._ties, axis=1)
        without = np.add.reduceat(weights * ~self._is_outcome, self._ties, axis=1)
        below = np.cumsum(without, axis=1) - without
        # each stratum begins at zero
        sizes = np.diff(np.append(self._strata, len(self._ties)))
        below -= np.repeat(below[:, self._strata], sizes, axis=1)
        right = np.add.reduceat(of_ties * (below + without / 2), self._strata, axis=1)
        positives = np.add.reduceat(of_ties, self._strata, axis=1)
        negatives = np.add.reduceat(without, self._strata, axis=1)
        return right, positives * negatives


@dataclass(frozen=True)
class Comparison:
    """Two scores on the same observations."""

    before: Estimate
    after: Estimate
    difference: Estimate
    months: np.ndarray
    by_month: list[tuple[Estimate, Estimate]]
    """Before and after."""
    observations: int
    accounts: int
    outcomes: int
    """Accounts with the outcome."""


def auc(score: np.ndarray, is_outcome: np.ndarray, stratum: np.ndarray) -> float:
    """Of a score of which less is more risk; null without pairs."""
    right, pairs = Auc(-score, is_outcome, stratum).pairs(np.ones((1, len(score))))
    return float(right.sum() / pairs.sum()) if pairs.sum() else np.nan


def compare(
    before: np.ndarray,
    after: np.ndarray,
    is_outcome: np.ndarray,
    month: np.ndarray,
    account: np.ndarray,
    *,
    seed: int,
    tell=lambda done, of: None,
) -> Comparison:
    """Intervals by drawing accounts, with all their months, again and again.

    An account stands in many months with nearly the same values, so its rows are not
    independent of each other; the accounts are.
    """
    accounts, place = np.unique(account, return_inverse=True)
    generator = np.random.default_rng(seed)
    aucs = [Auc(-score, is_outcome, month) for score in (before, after)]
    whole = [one.pairs(np.ones((1, len(account)))) for one in aucs]
    replicates = []
    at_once = max(1, CHUNK // max(1, len(account)))
    for begin in range(0, REPLICATES, at_once):
        count = min(at_once, REPLICATES - begin)
        drawn = generator.multinomial(
            len(accounts), np.full(len(accounts), 1 / len(accounts)), size=count
        )
        weights = drawn[:, place].astype(float)
        replicates.append([one.pairs(weights) for one in aucs])
        tell(begin + count, REPLICATES)

    def joined(which: int, part: int) -> np.ndarray:
        return np.concatenate([chunk[which][part] for chunk in replicates])

    def ratio(right: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return right / pairs

    overall, drawn_overall, by_month = [], [], []
    for which in range(2):
        right, pairs = whole[which]
        drawn_right, drawn_pairs = joined(which, 0), joined(which, 1)
        overall.append(ratio(right.sum(axis=1), pairs.sum(axis=1))[0])
        drawn_overall.append(ratio(drawn_right.sum(axis=1), drawn_pairs.sum(axis=1)))
        months = ratio(right, pairs)[0]
        drawn_months = ratio(drawn_right, drawn_pairs)
        by_month.append(
            [
                Estimate.of(value, drawn_months[:, number])
                for number, value in enumerate(months)
            ]
        )
    return Comparison(
        Estimate.of(overall[0], drawn_overall[0]),
        Estimate.of(overall[1], drawn_overall[1]),
        Estimate.of(overall[1] - overall[0], drawn_overall[1] - drawn_overall[0]),
        aucs[0].strata,
        list(zip(*by_month, strict=True)),
        len(account),
        len(accounts),
        len(np.unique(account[is_outcome])),
    )


@dataclass(frozen=True)
class Bin:
    """Observations with nearly the same expected probability."""

    expected: float
    observed: float
    low: float
    high: float
    observations: int


def calibration_bins(
    expected: np.ndarray, is_outcome: np.ndarray, count: int = 5
) -> list[Bin]:
    """`count` parts of equal size, by expected probability, with Wilson intervals."""
    bins = []
    for part in np.array_split(np.argsort(expected, kind="stable"), count):
        if len(part):
            share = float(is_outcome[part].mean())
            bins.append(
                Bin(
                    float(expected[part].mean()),
                    share,
                    *wilson(share, len(part)),
                    len(part),
                )
            )
    return bins


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z = 1.959964
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count)
    half *= np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
