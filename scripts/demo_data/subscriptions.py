"""The life of subscriptions: terms, upgrades, renewals and ends.

Every subscription runs in a lane: one after the other by term, all lanes of a
simulation at once. An account's first lane decides whether the account stays;
its other lanes are co-termed with it and end with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .world import (
    FOREVER,
    NEVER,
    PRODUCT_COUNT,
    SEEN_AFTER_MERGE,
    Accounts,
    CustomerTimes,
    LatentHealth,
    Settings,
    add_months,
    logistic,
)

END_REASONS = ("churned", "replaced", "non_payment", "merged")
CHURNED, REPLACED, NON_PAYMENT, MERGED = range(4)

# chance per year of leaving at a renewal: logistic(intercept - slope * health)
CHURN_INTERCEPT = -3.1
CHURN_SLOPE = 2.6
DECISION_WEEKS = (
    3,
    12,
)  # the decision is made from health this long before the term ends
YEARLY_NON_PAYMENT = 0.004  # at health 0; grows by exp(-health)
YEARLY_UPGRADES = 0.10  # at health 0; grows by exp(0.6 * health)
RETURNING_SHARE = 0.2  # of accounts that left
PRODUCT_PRICES = np.array(
    [62.0, 48.0, 90.0, 35.0, 75.0, 28.0]
)  # list, USD per seat and month


@dataclass
class Lanes:
    """One value per lane: what a subscription starts with."""

    account: np.ndarray
    product: np.ndarray
    start: np.ndarray
    first_term_end: np.ndarray
    quantity: np.ndarray
    decides: np.ndarray  # whether the account leaves when this lane ends
    limit: np.ndarray  # date at which the lane ends in any case
    limit_reason: np.ndarray


@dataclass
class SubscriptionVersions:
    """Columns of billing.subscriptions, one array each, built up in blocks."""

    blocks: list[dict[str, np.ndarray]] = field(default_factory=list)

    def add(self, **columns: np.ndarray) -> None:
        self.blocks.append(columns)

    def columns(self) -> dict[str, np.ndarray]:
        """All rows, ordered by subscription and valid_from."""
        joined = {
            name: np.concatenate([block[name] for block in self.blocks])
            for name in self.blocks[0]
        }
        order = np.lexsort((joined["valid_from"], joined["subscription"]))
        return {name: values[order] for name, values in joined.items()}


@dataclass
class Outcomes:
    """Dated outcomes per account, in blocks of (account, date, outcome, cause)."""

    blocks: list[tuple[np.ndarray, np.ndarray, str, str]] = field(default_factory=list)

    def add(
        self, account: np.ndarray, date: np.ndarray, outcome: str, cause: str
    ) -> None:
        if len(account):
            self.blocks.append((account, date.astype("datetime64[D]"), outcome, cause))


class SubscriptionSimulation:
    """Runs lanes term by term, and collects versions and outcomes."""

    def __init__(
        self, settings: Settings, accounts: Accounts, latent: LatentHealth
    ) -> None:
        self.settings = settings
        self.accounts = accounts
        self.latent = latent
        self.versions = SubscriptionVersions()
        self.outcomes = Outcomes()
        self.generator = settings.generator("subscriptions")
        self._next_subscription = 0

    def _decision_health(self, account: np.ndarray, term_end: np.ndarray) -> np.ndarray:
        weeks = range(DECISION_WEEKS[0], DECISION_WEEKS[1] + 1, 3)
        return np.mean(
            [self.latent.at(account, term_end - week * 7) for week in weeks], axis=0
        )

    def _new_subscriptions(self, count: int) -> np.ndarray:
        numbers = np.arange(self._next_subscription, self._next_subscription + count)
        self._next_subscription += count
        return numbers

    def run(self, lanes: Lanes) -> tuple[np.ndarray, np.ndarray]:
        """Runs lanes through the period. Returns their ends and reasons."""
        generator, accounts, end = self.generator, self.accounts, self.settings.end_date
        count = len(lanes.account)
        lane_end = np.full(count, FOREVER)
        lane_reason = np.full(count, -1)
        subscription = self._new_subscriptions(count)
        product, quantity = lanes.product.copy(), lanes.quantity.astype(np.float64)
        discount = np.clip(generator.normal(0.12, 0.08, count), 0, 0.4)
        list_price = PRODUCT_PRICES[product]
        auto_renew = generator.random(count) < 0.6
        term_start, term_end = lanes.start.copy(), lanes.first_term_end.copy()

        lane = np.flatnonzero(lanes.start <= end)
        while len(lane):
            account = lanes.account[lane]
            start, stop = (
                term_start[lane],
                np.minimum(term_end[lane], lanes.limit[lane]),
            )
            reason = np.where(
                lanes.limit[lane] <= term_end[lane], lanes.limit_reason[lane], -1
            )
            length = (stop - start).astype(np.int64)
            years = length / 365
            middle = start + (length * generator.uniform(0.35, 0.9, len(lane))).astype(
                np.int64
            )
            health = self.latent.at(account, middle)

            # an unpaid contract is ended in the middle of its term
            unpaid = (
                lanes.decides[lane]
                & (
                    middle
                    > np.maximum(
                        self.settings.start_date, accounts.protected_until[account]
                    )
                )
                & (
                    generator.random(len(lane))
                    < YEARLY_NON_PAYMENT * years * np.exp(-np.clip(health, -2.5, 2.5))
                )
                & (length > 90)
            )
            stop = np.where(unpaid, middle, stop)
            reason = np.where(unpaid, NON_PAYMENT, reason)

            # a decision at the end of the term
            at_term_end = (reason < 0) & (stop <= end)
            decision = self._decision_health(account, stop)
            term_years = np.maximum((term_end[lane] - start).astype(np.int64), 60) / 365
            yearly = logistic(CHURN_INTERCEPT - CHURN_SLOPE * decision)
            leaves = generator.random(len(lane)) < np.where(
                lanes.decides[lane],
                1 - (1 - yearly) ** term_years,
                0.05 * np.exp(-0.7 * np.clip(decision, -2, 2)),
            )
            leaves &= stop > np.maximum(
                self.settings.start_date, accounts.protected_until[account]
            )
            replaced = ~leaves & at_term_end & (generator.random(len(lane)) < 0.02)
            reason = np.where(
                at_term_end & leaves, CHURNED, np.where(replaced, REPLACED, reason)
            )
            ended = (stop <= end) & (reason >= 0)
            reason = np.where(ended, reason, -1)
            goes_on = (stop <= end) & ((reason < 0) | (reason == REPLACED))

            # an upgrade in the middle of the term
            upgrade_on = start + (
                length * generator.uniform(0.15, 0.8, len(lane))
            ).astype(np.int64)
            upgraded = (
                (upgrade_on < stop)
                & (upgrade_on > start + 20)
                & (upgrade_on <= end)
                & (
                    generator.random(len(lane))
                    < YEARLY_UPGRADES * years * np.exp(0.6 * np.clip(health, -2, 2))
                )
            )
            before = quantity[lane].copy()
            growth = generator.uniform(1.12, 1.6, len(lane))
            quantity[lane] = np.where(
                upgraded, np.maximum(before + 1, np.round(before * growth)), before
            )
            self._emit(
                lane,
                lanes,
                subscription,
                product,
                list_price,
                discount,
                auto_renew,
                term_start,
                term_end,
                quantity=before,
                valid_from=start,
                valid_to=np.where(
                    upgraded, upgrade_on, np.where(stop <= end, stop, NEVER)
                ),
                ended_at=np.where(ended & ~upgraded, stop, NEVER),
                reason=np.where(upgraded, -1, reason),
                rows=np.ones(len(lane), dtype=bool),
            )
            self._emit(
                lane,
                lanes,
                subscription,
                product,
                list_price,
                discount,
                auto_renew,
                term_start,
                term_end,
                quantity=quantity[lane],
                valid_from=upgrade_on,
                valid_to=np.where(stop <= end, stop, NEVER),
                ended_at=np.where(ended, stop, NEVER),
                reason=reason,
                rows=upgraded,
            )
            self.outcomes.add(
                account[upgraded], upgrade_on[upgraded], "expanded", "upgrade"
            )
            lane_end[lane[ended & (reason != REPLACED)]] = stop[
                ended & (reason != REPLACED)
            ]
            lane_reason[lane[ended]] = reason[ended]
            dropped = ended & (reason == CHURNED) & ~lanes.decides[lane]
            self.outcomes.add(
                account[dropped], stop[dropped], "contracted", "subscription dropped"
            )

            # those that go on start their next term with more, less or the same
            kept = np.flatnonzero(goes_on)
            self._renew(
                lane[kept], lanes, decision[kept], stop[kept], quantity, list_price
            )
            switched = lane[kept][reason[kept] == REPLACED]
            subscription[switched] = self._new_subscriptions(len(switched))
            product[switched] = (product[switched] + 1) % PRODUCT_COUNT
            lane = lane[kept]
            term_start[lane] = stop[kept]
            term_end[lane] = add_months(
                stop[kept], accounts.term_months[lanes.account[lane]]
            )
        return lane_end, np.where(lane_end < FOREVER, lane_reason, -1)

    def _renew(
        self,
        lane: np.ndarray,
        lanes: Lanes,
        health: np.ndarray,
        renewed_on: np.ndarray,
        quantity: np.ndarray,
        list_price: np.ndarray,
    ) -> None:
        """Contraction, flat renewal (some with a higher price) or expansion."""
        generator = self.generator
        chance = generator.random(len(lane))
        contracts = chance < logistic(-2.5 - 1.0 * health)
        expands = ~contracts & (chance > 1 - logistic(-1.5 + 0.9 * health))
        before = quantity[lane]
        smaller = np.maximum(
            1, np.round(before * generator.uniform(0.55, 0.9, len(lane)))
        )
        larger = np.maximum(
            before + 1, np.round(before * generator.uniform(1.08, 1.5, len(lane)))
        )
        quantity[lane] = np.where(contracts, smaller, np.where(expands, larger, before))
        raised = generator.random(len(lane)) < 0.5
        list_price[lane] *= np.where(
            raised, generator.uniform(1.01, 1.05, len(lane)), 1
        )
        fewer = contracts & (smaller < before)
        self.outcomes.add(
            lanes.account[lane[fewer]], renewed_on[fewer], "contracted", "renewal"
        )
        self.outcomes.add(
            lanes.account[lane[expands]], renewed_on[expands], "expanded", "renewal"
        )

    def _emit(
        self,
        lane: np.ndarray,
        lanes: Lanes,
        subscription: np.ndarray,
        product: np.ndarray,
        list_price: np.ndarray,
        discount: np.ndarray,
        auto_renew: np.ndarray,
        term_start: np.ndarray,
        term_end: np.ndarray,
        *,
        quantity: np.ndarray,
        valid_from: np.ndarray,
        valid_to: np.ndarray,
        ended_at: np.ndarray,
        reason: np.ndarray,
        rows: np.ndarray,
    ) -> None:
        """Adds one version row per lane where `rows` is true. Prices are in USD."""
        lane = lane[rows]
        quantity = quantity[rows]
        self.versions.add(
            subscription=subscription[lane],
            account=lanes.account[lane],
            product=product[lane],
            decides=lanes.decides[lane],
            valid_from=valid_from[rows],
            valid_to=valid_to[rows],
            term_start=term_start[lane],
            term_end=term_end[lane],
            quantity=quantity,
            mrr=quantity * list_price[lane] * (1 - discount[lane]),
            list_mrr=quantity * list_price[lane],
            auto_renew=auto_renew[lane],
            ended_at=ended_at[rows],
            end_reason=reason[rows],
        )


def simulate_subscriptions(
    settings: Settings,
    accounts: Accounts,
    latent: LatentHealth,
) -> tuple[dict[str, np.ndarray], CustomerTimes, Outcomes]:
    """All subscription versions, who was a customer when, and the outcomes."""
    simulation = SubscriptionSimulation(settings, accounts, latent)
    generator = settings.generator("lanes")
    customers = np.flatnonzero(~accounts.is_prospect)
    merged_on = accounts.merged_on
    limit = np.where(np.isnat(merged_on), FOREVER, merged_on)
    first_product = np.arange(len(accounts)) % PRODUCT_COUNT

    def lanes(
        account: np.ndarray,
        product: np.ndarray,
        start: np.ndarray,
        first_term_end: np.ndarray,
        quantity: np.ndarray,
        decides: bool,
        ends: np.ndarray,
        reasons: np.ndarray,
    ) -> Lanes:
        return Lanes(
            account,
            product,
            start,
            first_term_end,
            quantity,
            np.full(len(account), decides),
            ends,
            reasons,
        )

    def whole_term(account: np.ndarray, start: np.ndarray) -> np.ndarray:
        return add_months(start, accounts.term_months[account])

    # the first lane of every customer decides when the account leaves
    start = accounts.first_start[customers]
    end, reason = simulation.run(
        lanes(
            customers,
            first_product[customers],
            start,
            whole_term(customers, start),
            accounts.seats[customers],
            True,
            limit[customers],
            np.full(len(customers), MERGED),
        )
    )
    times = CustomerTimes(
        *(
            np.full(len(accounts), value)
            for value in (FOREVER, FOREVER, -1, FOREVER, FOREVER, -1, FOREVER)
        )
    )
    times.start[customers], times.end[customers], times.end_reason[customers] = (
        start,
        end,
        reason,
    )
    times.last_seen[:] = times.end + np.where(
        times.end_reason == MERGED, SEEN_AFTER_MERGE, 0
    )

    # some come back after more than thirty days, with fresh goodwill
    left = np.isin(times.end_reason, (CHURNED, NON_PAYMENT)) & (
        generator.random(len(accounts)) < RETURNING_SHARE
    )
    back_on = times.end + generator.integers(40, 200, len(accounts))
    back = np.flatnonzero(left & (back_on <= settings.end_date - 14))
    latent.lift(back, back_on[back], 1.6)
    times.second_start[back] = back_on[back]
    times.second_end[back], times.second_end_reason[back] = simulation.run(
        lanes(
            back,
            first_product[back],
            back_on[back],
            whole_term(back, back_on[back]),
            accounts.seats[back],
            True,
            limit[back],
            np.full(len(back), MERGED),
        )
    )
    simulation.outcomes.add(back, back_on[back], "reactivated", "new subscription")
    for ends, reasons in (
        (times.end, times.end_reason),
        (times.second_end, times.second_end_reason),
    ):
        for code in (CHURNED, NON_PAYMENT):
            rows = np.flatnonzero(reasons == code)
            simulation.outcomes.add(rows, ends[rows], "churned", END_REASONS[code])
    merged = np.flatnonzero(times.end_reason == MERGED)
    simulation.outcomes.add(
        merged, times.end[merged], "merged", "merged into another account"
    )

    # further products, co-termed with the first; healthy accounts buy more of them
    extra = generator.poisson(np.array([1.5, 0.8, 0.3])[accounts.segment[customers]])
    account = np.repeat(customers, np.minimum(extra, 4))
    rank = np.concatenate([[0], np.cumsum(np.ones(len(account)))[:-1]]).astype(np.int64)
    first_of_account = np.searchsorted(account, account)
    product = (first_product[account] + 1 + rank - first_of_account) % PRODUCT_COUNT
    begin = times.start[account] + generator.integers(0, 1100, len(account))
    begins = (begin < np.minimum(times.end[account] - 30, settings.end_date)) & (
        (begin < settings.start_date)
        | (
            generator.random(len(account))
            < logistic(0.3 + 0.9 * latent.at(account, begin))
        )
    )
    account, product, begin = account[begins], product[begins], begin[begins]
    quantity = np.maximum(
        1, np.round(accounts.seats[account] * generator.uniform(0.2, 0.7, len(account)))
    )
    bought_later = (begin > times.start[account] + 30) & (begin >= settings.start_date)
    simulation.outcomes.add(
        account[bought_later], begin[bought_later], "expanded", "cross-sell"
    )

    # what a merged account had goes on under the account that it was merged into
    target = accounts.merged_into[merged]
    stays = times.end[target] > times.end[merged] + 30
    account = np.concatenate([account, target[stays]])
    product = np.concatenate([product, first_product[merged[stays]]])
    begin = np.concatenate([begin, times.end[merged[stays]]])
    quantity = np.concatenate([quantity, accounts.seats[merged[stays]]])
    term = accounts.term_months[account]
    elapsed = (
        begin.astype("datetime64[M]") - times.start[account].astype("datetime64[M]")
    ).astype(np.int64)
    next_end = add_months(times.start[account], (elapsed // term + 1) * term)
    simulation.run(
        lanes(
            account,
            product,
            begin,
            next_end,
            quantity,
            False,
            times.end[account],
            times.end_reason[account],
        )
    )
    return simulation.versions.columns(), times, simulation.outcomes
