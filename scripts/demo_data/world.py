"""The accounts, their latent health, and how events are drawn from it.

Nothing here is written as a raw table directly: the modules per source ask this
one who the customers are and how healthy they were at a given time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .raw_files import random_generator

FOREVER = np.datetime64("2200-01-01", "D")
NEVER = np.datetime64("NaT", "D")
WEEK = np.timedelta64(7, "D")

SEGMENTS = ("enterprise", "mid_market", "small_business")
SERVICE_TIERS = ("premium", "standard", "basic")
INDUSTRIES = (
    "manufacturing",
    "software",
    "retail",
    "financial_services",
    "healthcare",
    "logistics",
    "education",
    "media",
)
# country, region, hours ahead of UTC, currency, share of accounts
COUNTRIES = (
    ("US", "north_america", -6, "USD", 0.46),
    ("CA", "north_america", -5, "USD", 0.08),
    ("GB", "emea", 0, "GBP", 0.10),
    ("DE", "emea", 1, "EUR", 0.09),
    ("FR", "emea", 1, "EUR", 0.06),
    ("NL", "emea", 1, "EUR", 0.04),
    ("SE", "emea", 1, "USD", 0.03),
    ("JP", "apac", 9, "JPY", 0.05),
    ("AU", "apac", 10, "USD", 0.05),
    ("BR", "latam", -3, "USD", 0.04),
)
CURRENCIES = ("USD", "EUR", "GBP", "JPY", "XYZ")
CURRENCY_FACTORS = np.array([1.0, 0.92, 0.79, 150.0, 3.0])  # local units for one USD
UNKNOWN_CURRENCY_SHARE = 0.004  # accounts billed in XYZ, for which no rate exists
PRODUCT_COUNT = 6

# what of an account's life follows health how many weeks later (from, to)
LAGS = {
    "usage": (0, 2),
    "support": (0, 4),
    "sentiment": (2, 8),
    "payments": (4, 12),
    "engagement": (1, 6),
    "marketing": (1, 5),
    "onboarding": (0, 2),
    "impact": (2, 8),
}
# accounts that share their seats among more people than they pay for: log-odds at a
# baseline of 0, and slope on it
OUTGROWN_SHARE, OUTGROWN_SLOPE = -2.0, 1.0
SEEN_AFTER_MERGE = (
    60  # days for which records still carry the id of an account that was merged away
)
LATENT_LEAD_WEEKS = 30  # weeks of latent health before the first day


@dataclass(frozen=True)
class Settings:
    accounts: int
    days: int
    seed: int
    end_date: np.datetime64
    out: Path

    @property
    def start_date(self) -> np.datetime64:
        """First day of the period."""
        return self.end_date - (self.days - 1)

    @property
    def end(self) -> np.datetime64:
        """Last second of the period."""
        return (self.end_date + 1).astype("datetime64[s]") - 1

    def generator(self, name: str, chunk: int = 0) -> np.random.Generator:
        return random_generator(self.seed, name, chunk)


@dataclass
class Accounts:
    """One value per account in every array. Codes are positions in the lists above."""

    segment: np.ndarray
    industry: np.ndarray
    country: np.ndarray
    currency: np.ndarray
    service_tier: np.ndarray
    owner: np.ndarray
    employees: np.ndarray
    seats: np.ndarray
    users: np.ndarray
    contacts: np.ndarray
    first_start: np.ndarray  # first subscription, date
    created_at: np.ndarray
    term_months: np.ndarray
    billing_months: np.ndarray
    baseline: np.ndarray  # the level that latent health returns to
    meeting_habit: np.ndarray  # standard normal; planted as best in the middle
    payer_delay: np.ndarray  # days, nothing to do with health
    is_quiet: np.ndarray
    is_never_surveyed: np.ndarray
    is_prospect: np.ndarray
    merged_into: np.ndarray  # account, -1 = none
    merged_on: np.ndarray  # date, NaT = none
    protected_until: np.ndarray  # no churn before, so that merges are possible

    def __len__(self) -> int:
        return len(self.segment)


def logistic(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def add_months(dates: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Dates moved by whole months; the 31st becomes the last day of a short month."""
    month = dates.astype("datetime64[M]")
    target = month + np.asarray(months).astype("timedelta64[M]")
    day_of_month = (dates - month.astype("datetime64[D]")).astype(np.int64)
    last = (
        (target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")
    ).astype(np.int64) - 1
    return target.astype("datetime64[D]") + np.minimum(day_of_month, last)


def days(values: np.ndarray) -> np.ndarray:
    """Day counts with fractions as time spans of whole seconds."""
    return np.round(np.asarray(values) * 86_400).astype("timedelta64[s]")


def at_office_hours(dates: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Dates with a time of day between 07:00 and 19:00 UTC."""
    return dates.astype("datetime64[D]").astype("datetime64[s]") + generator.integers(
        7 * 3600, 19 * 3600, len(dates)
    ).astype("timedelta64[s]")


def not_after(moments: np.ndarray, end: np.datetime64) -> np.ndarray:
    """Moments, NaT where they have not happened yet by `end`."""
    return np.where(moments <= end, moments, np.datetime64("NaT", "s"))


def only_where(condition: np.ndarray, moments: np.ndarray) -> np.ndarray:
    return np.where(condition, moments, np.datetime64("NaT", "s"))


def make_accounts(settings: Settings) -> Accounts:
    generator = settings.generator("accounts")
    count = settings.accounts
    segment = generator.choice(3, count, p=[0.14, 0.34, 0.52])
    country = generator.choice(len(COUNTRIES), count, p=[row[4] for row in COUNTRIES])
    home = np.array([CURRENCIES.index(row[3]) for row in COUNTRIES])[country]
    currency = np.where(generator.random(count) < 0.2, 0, home)
    without_rate = max(3, round(UNKNOWN_CURRENCY_SHARE * count))
    currency[generator.choice(count, without_rate, replace=False)] = CURRENCIES.index(
        "XYZ"
    )
    tier_shares = np.array(
        [[0.7, 0.25, 0.05], [0.25, 0.55, 0.2], [0.05, 0.4, 0.55]]
    ).cumsum(axis=1)
    service_tier = (generator.random((count, 1)) > tier_shares[segment][:, :2]).sum(
        axis=1
    )

    seats = np.exp(
        np.log([46.0, 16.0, 5.5])[segment] + 0.65 * generator.standard_normal(count)
    )
    seats = np.clip(np.round(seats), 2, 2500).astype(np.int64)
    users_per_seat = generator.uniform(0.5, 1.05, count)
    employees = np.round(
        seats
        * np.exp(
            generator.normal([3.2, 2.4, 1.6], 0.5, (count, 3))[
                np.arange(count), segment
            ]
        )
    )
    contacts = np.clip(
        np.round(2 + 1.9 * np.log(seats) + generator.normal(0, 1.2, count)), 3, 15
    ).astype(np.int64)

    years = settings.days / 365
    is_new = generator.random(count) < min(0.5, 0.17 * years)
    tenure_before = np.minimum(60 + generator.exponential(850, count), 3650).astype(
        np.int64
    )
    first_start = np.where(
        is_new,
        settings.start_date + generator.integers(0, max(1, settings.days - 20), count),
        settings.start_date - tenure_before,
    )
    first_start -= np.maximum(
        (first_start - first_start.astype("datetime64[M]")).astype(np.int64) - 27, 0
    )
    created_at = at_office_hours(
        first_start - generator.integers(40, 240, count), generator
    )
    term_months = np.where(
        segment == 2,
        generator.choice([3, 12, 24], count, p=[0.15, 0.77, 0.08]),
        generator.choice([12, 24, 36], count, p=[0.74, 0.19, 0.07]),
    )
    billing_months = np.where(
        segment == 2,
        generator.choice([1, 3, 12], count, p=[0.5, 0.25, 0.25]),
        generator.choice([1, 3, 12], count, p=[0.15, 0.25, 0.6]),
    )
    billing_months = np.minimum(billing_months, term_months)

    meeting_habit = generator.standard_normal(count)
    baseline = (
        0.7 * generator.standard_normal(count)
        + np.array([0.25, 0.08, -0.12])[segment]
        - 0.35 * (np.minimum(meeting_habit**2, 4.0) - 1)  # planted: best in the middle
    )
    sharing = settings.generator("shared seats")
    outgrown = sharing.random(count) < logistic(
        OUTGROWN_SHARE + OUTGROWN_SLOPE * baseline
    )
    users_per_seat += np.where(outgrown, sharing.uniform(0.8, 1.8, count), 0)
    users = np.maximum(2, np.round(seats * users_per_seat)).astype(np.int64)
    is_prospect = generator.random(count) < 0.015
    merged_into, merged_on = _choose_merges(
        settings, generator, first_start, is_new, is_prospect
    )
    protected_until = np.full(count, np.datetime64("1900-01-01", "D"))
    merged = np.flatnonzero(merged_into >= 0)
    protected_until[merged] = merged_on[merged]
    np.maximum.at(protected_until, merged_into[merged], merged_on[merged] + 60)
    return Accounts(
        segment=segment,
        industry=generator.integers(0, len(INDUSTRIES), count),
        country=country,
        currency=currency,
        service_tier=service_tier,
        owner=generator.integers(0, max(6, count // 40), count),
        employees=employees,
        seats=seats,
        users=users,
        contacts=contacts,
        first_start=first_start,
        created_at=created_at,
        term_months=term_months,
        billing_months=billing_months,
        baseline=baseline,
        meeting_habit=meeting_habit,
        payer_delay=generator.normal(0, 5, count),
        is_quiet=generator.random(count) < 0.05,
        is_never_surveyed=generator.random(count) < 0.12,
        is_prospect=is_prospect,
        merged_into=merged_into,
        merged_on=merged_on,
        protected_until=protected_until,
    )


def _choose_merges(
    settings: Settings,
    generator: np.random.Generator,
    first_start: np.ndarray,
    is_new: np.ndarray,
    is_prospect: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Merges about 0.8 % of accounts into another; the first form a chain A->B->C."""
    count = settings.accounts
    merged_into = np.full(count, -1)
    merged_on = np.full(count, NEVER)
    candidates = generator.permutation(np.flatnonzero(~is_new & ~is_prospect))
    merges = min(max(3, round(0.008 * count)), len(candidates) // 4)
    if merges < 2 or settings.days < 60:
        return merged_into, merged_on
    dates = settings.start_date + generator.integers(
        settings.days // 5, settings.days * 3 // 5, merges
    )
    first, second, third = candidates[:3]
    merged_into[first], merged_into[second] = second, third
    merged_on[first], merged_on[second] = dates[0], dates[0] + settings.days // 5
    sources, targets = (
        candidates[3 : 3 + merges - 2],
        candidates[1 + merges : 2 * merges - 1],
    )
    merged_into[sources], merged_on[sources] = targets, dates[2:]
    return merged_into, merged_on


class LatentHealth:
    """Weekly latent health, about standard normal over accounts.

    values: float32, accounts x weeks. Weeks begin on Mondays; week
    `LATENT_LEAD_WEEKS` holds the first day of the period. A slow part returns to
    the account's baseline with a half-life of about four months; a fast part
    carries shocks that fade within weeks.
    """

    def __init__(self, settings: Settings, accounts: Accounts) -> None:
        generator = settings.generator("latent health")
        count = len(accounts)
        start_weekday = (settings.start_date.astype(np.int64) + 3) % 7  # Monday is 0
        self.first_week = (
            settings.start_date - int(start_weekday) - LATENT_LEAD_WEEKS * 7
        )
        self.weeks = (
            int((settings.end_date - self.first_week).astype(np.int64)) // 7 + 1
        )
        self.outage_day = settings.start_date + int(settings.days * 0.62)
        release_weeks = generator.integers(
            LATENT_LEAD_WEEKS, max(LATENT_LEAD_WEEKS + 1, self.weeks), PRODUCT_COUNT
        )
        # one bad release per product in the period
        self.bad_releases = self.first_week + release_weeks * 7
        first_product = np.arange(count) % PRODUCT_COUNT
        outage_week = self.week_of(self.outage_day)

        self.values = np.empty((count, self.weeks), dtype=np.float32)
        self.champion_left_week = np.full(count, -1)
        slow = accounts.baseline + 0.5 * generator.standard_normal(count)
        fast = np.zeros(count)
        for week in range(self.weeks):
            slow += 0.04 * (
                accounts.baseline - slow
            ) + 0.14 * generator.standard_normal(count)
            fast *= 0.75
            champion_leaves = generator.random(count) < 0.13 / 52
            slow[champion_leaves] -= 1.1
            if week >= LATENT_LEAD_WEEKS:
                self.champion_left_week[champion_leaves] = week
            fast[generator.random(count) < 0.4 / 52] -= 0.7  # an outage of its own
            if week == outage_week:
                fast -= 0.25
            hit = (release_weeks[first_product] == week) & (
                generator.random(count) < 0.6
            )
            fast[hit] -= 0.5
            self.values[:, week] = slow + fast
        self._settings = settings
        self.count = count

    def week_of(self, dates: np.ndarray) -> np.ndarray:
        """Week number of dates, kept within the known weeks."""
        week = (np.asarray(dates).astype("datetime64[D]") - self.first_week).astype(
            np.int64
        ) // 7
        return np.clip(week, 0, self.weeks - 1)

    def lift(self, account: np.ndarray, from_date: np.ndarray, by: float) -> None:
        """Raises health from a date on, halving every half year (a fresh start)."""
        age = np.arange(self.weeks) - self.week_of(from_date)[:, None]
        self.values[account] += (by * np.where(age >= 0, 0.5 ** (age / 26), 0)).astype(
            np.float32
        )

    def at(
        self, account: np.ndarray, dates: np.ndarray, domain: str | None = None
    ) -> np.ndarray:
        """Health at dates, as it is or as `domain` shows it: late and biased."""
        week = self.week_of(dates)
        if domain is None:
            return self.values[account, week].astype(np.float64)
        lag, bias = self._reading(domain)
        return self.values[account, np.maximum(week - lag[account], 0)] + bias[account]

    def seen_by(self, domain: str, rows: slice = slice(None)) -> np.ndarray:
        """Health in all weeks, as `domain` shows it. Accounts x weeks."""
        lag, bias = self._reading(domain)
        weeks = np.maximum(np.arange(self.weeks) - lag[rows, None], 0)
        return np.take_along_axis(self.values[rows], weeks, axis=1) + bias[
            rows, None
        ].astype(np.float32)

    def _reading(self, domain: str) -> tuple[np.ndarray, np.ndarray]:
        """Weeks of lag and a lasting bias per account: how one source sees health."""
        generator = self._settings.generator(f"reading of {domain}")
        low, high = LAGS[domain]
        return generator.integers(
            low, high + 1, self.count
        ), 0.45 * generator.standard_normal(self.count)


@dataclass
class CustomerTimes:
    """When accounts were customers: up to two spells [start, end) of dates each.

    An account that never came back has FOREVER as the second start.
    """

    start: np.ndarray
    end: np.ndarray  # FOREVER = still a customer
    end_reason: np.ndarray  # code in billing.END_REASONS, -1 = still a customer
    second_start: np.ndarray
    second_end: np.ndarray
    second_end_reason: np.ndarray
    last_seen: np.ndarray  # as `end`, but later for accounts that were merged away

    def is_active(
        self, account: np.ndarray, dates: np.ndarray, lead_days: int = 0
    ) -> np.ndarray:
        dates = dates.astype("datetime64[D]")
        return (
            (dates >= self.start[account] - lead_days)
            & (dates < self.last_seen[account])
        ) | ((dates >= self.second_start[account]) & (dates < self.second_end[account]))

    def active_weeks(
        self, latent: LatentHealth, rows: slice = slice(None), lead_days: int = 0
    ) -> np.ndarray:
        """Whether any day of the week may be a customer day. Accounts x weeks."""
        week_start = latent.first_week + np.arange(latent.weeks) * 7
        week_end = week_start + 7
        return (
            (week_end > self.start[rows, None] - lead_days)
            & (week_start < self.last_seen[rows, None])
        ) | (
            (week_end > self.second_start[rows, None])
            & (week_start < self.second_end[rows, None])
        )


@dataclass
class World:
    """All that the tables are drawn from."""

    settings: Settings
    accounts: Accounts
    latent: LatentHealth
    customers: CustomerTimes

    def draw_events(
        self,
        generator: np.random.Generator,
        weekly_rate: np.ndarray,
        lead_days: int = 0,
        rows: slice = slice(None),
    ) -> tuple[np.ndarray, np.ndarray]:
        """Poisson events of customers at office hours.

        weekly_rate: expected events, accounts x weeks. Returns account and moment
        of each event, within the period and while a customer.
        """
        active = self.customers.active_weeks(self.latent, rows, lead_days)
        active[:, :LATENT_LEAD_WEEKS] = False
        account, week = np.nonzero(active)
        rate = np.broadcast_to(weekly_rate, active.shape)[account, week]
        counts = generator.poisson(rate)
        account = np.repeat(account, counts) + (rows.start or 0)
        week = np.repeat(week, counts)
        day_of_week = generator.choice(
            7, len(week), p=[0.195, 0.2, 0.2, 0.195, 0.17, 0.02, 0.02]
        )
        dates = self.latent.first_week + week * 7 + day_of_week
        moments = at_office_hours(dates, generator)
        keep = (
            (dates >= self.settings.start_date)
            & (moments <= self.settings.end)
            & self.customers.is_active(account, dates, lead_days)
            & (~is_holiday(dates) | (generator.random(len(dates)) < 0.45))
        )
        return account[keep], moments[keep]


def is_holiday(dates: np.ndarray) -> np.ndarray:
    """22 December to 1 January, when hardly anybody works."""
    dates = dates.astype("datetime64[D]")
    day_of_year = (
        dates - dates.astype("datetime64[Y]").astype("datetime64[D]")
    ).astype(np.int64)
    from_year_end = (
        (dates.astype("datetime64[Y]") + 1).astype("datetime64[D]") - dates
    ).astype(np.int64)
    return (from_year_end <= 10) | (day_of_year == 0)
