"""Raw tables crm.opportunities, opportunity_changes and opportunity_contacts."""

from __future__ import annotations

import numpy as np

from .people import Contacts
from .raw_files import Dirt, Table, day, identifier, label, latest, moment, number
from .subscriptions import CHURNED, MERGED, NON_PAYMENT, REPLACED
from .world import (
    CURRENCIES,
    CURRENCY_FACTORS,
    World,
    at_office_hours,
    days,
)

OPPORTUNITY_TYPES = ("new", "renewal", "upsell", "cross_sell")
NEW, RENEWAL, UPSELL, CROSS_SELL = range(4)
LEAD_SOURCES = (
    "inbound_web",
    "outbound",
    "partner",
    "event",
    "referral",
    "customer_success",
)
# of attempts to sell more to a customer: how often each source, and how much more often
# per unit of health (natural logarithm): the content recommend us to colleagues
SOURCE_SHARES = np.log([0.15, 0.1, 0.05, 0.12, 0.1, 0.48])
SOURCE_SLOPES = np.array([0, 0, 0, 0, 0.6, 0])
YEARLY_ATTEMPTS = 0.28  # to sell more, that come to nothing; of quiet accounts fewer
YEARLY_ATTEMPTS_OF_QUIET = 0.02
ATTEMPT_DAYS = (20, 140)
# on the last day some are open that will be won: per year, and slope on health
YEARLY_SALES, SALES_SLOPE = 0.15, 0.6
SALE_DAYS = (10, 95)
LATE_RENEWAL_SHARE = 0.18  # opportunities that are opened late
STAGES = ("discovery", "proposal", "negotiation", "closed_won", "closed_lost")
ROLES = ("decision_maker", "economic_buyer", "champion", "evaluator", "influencer")
LOST, WON, OPEN = 0, 1, -1


def opportunity_tables(
    world: World, contacts: Contacts, versions: dict[str, np.ndarray]
) -> list[Table]:
    generator = world.settings.generator("opportunities")
    deals = _deals(world, versions, generator)
    settings, accounts = world.settings, world.accounts
    account, kind, result = deals["account"], deals["kind"], deals["result"]
    count = len(account)
    decided_on = at_office_hours(deals["decided_on"], generator)
    created_at = at_office_hours(deals["decided_on"] - deals["days_open"], generator)
    created_at = np.minimum(
        np.maximum(
            created_at, accounts.created_at[account] + days(np.full(count, 0.2))
        ),
        decided_on,
    )
    result = np.where(decided_on > settings.end, OPEN, result)
    known = np.flatnonzero(created_at <= settings.end)
    account, kind, result, created_at, decided_on = (
        values[known] for values in (account, kind, result, created_at, decided_on)
    )
    order = np.argsort(created_at, kind="stable")
    account, kind, result, created_at, decided_on = (
        values[order] for values in (account, kind, result, created_at, decided_on)
    )
    amount = (
        deals["amount"][known][order] * CURRENCY_FACTORS[accounts.currency[account]]
    ).round(2)
    count = len(account)
    closed_at = np.where(result == OPEN, np.datetime64("NaT", "s"), decided_on)
    slips = generator.integers(0, 35, count) * (generator.random(count) < 0.5)
    expected = decided_on.astype("datetime64[D]") + np.where(result == OPEN, slips, 0)
    source = _lead_sources(world, account, kind, created_at, generator)

    number_of = np.arange(count)
    opportunities = Table(
        "crm",
        "opportunities",
        {
            "opportunity_id": identifier("opp", number_of),
            "account_id": identifier("acct", account),
            "opportunity_type": label(OPPORTUNITY_TYPES, kind),
            "lead_source": label(LEAD_SOURCES, source, is_enum=False),
            "amount": number(amount),
            "currency": label(CURRENCIES, accounts.currency[account], is_enum=False),
            "created_at": moment(created_at),
            "expected_close_date": day(expected),
            "closed_at": moment(closed_at),
            "is_won": label(("false", "true"), result, is_enum=False),
        },
        key="opportunity_id",
        happened="created_at",
        changed=latest(created_at, closed_at),
        unknown_at_first=("closed_at", "is_won"),
    )

    # one row per stage that was reached, with what was expected at that time
    span = decided_on - created_at
    reached = [
        created_at,
        created_at + (span * 0.4).astype("timedelta64[s]"),
        created_at + (span * 0.75).astype("timedelta64[s]"),
        decided_on,
    ]
    stage_of = [np.full(count, stage) for stage in range(3)] + [
        np.where(result == WON, 3, 4)
    ]
    opportunity = np.tile(number_of, 4)
    stage, changed_at = np.concatenate(stage_of), np.concatenate(reached)
    settled = stage >= 3
    exists = (changed_at <= settings.end) & ~(settled & (result[opportunity] == OPEN))
    still_hoped = np.where(settled, 0, slips[opportunity])
    first_amount = amount[opportunity] * np.where(
        stage == 0, generator.uniform(0.8, 1.25, 4 * count), 1
    )
    rows = np.flatnonzero(exists)
    rows = rows[np.lexsort((changed_at[rows], opportunity[rows]))]
    changes = Table(
        "crm",
        "opportunity_changes",
        {
            "opportunity_id": identifier("opp", opportunity[rows]),
            "changed_at": moment(changed_at[rows]),
            "stage": label(STAGES, stage[rows]),
            "amount": number(first_amount[rows]),
            "expected_close_date": day(
                (decided_on.astype("datetime64[D]")[opportunity] - still_hoped)[rows]
            ),
        },
        happened="changed_at",
        orphans="opportunity_id",
    )
    return [
        opportunities,
        changes,
        _opportunity_contacts(world, contacts, account, generator),
    ]


def _lead_sources(
    world: World,
    account: np.ndarray,
    kind: np.ndarray,
    created_at: np.ndarray,
    generator: np.random.Generator,
) -> np.ndarray:
    """Codes of sources: renewals come from customer success, the others from anywhere.

    Which one says nothing, but that the healthy are recommended more often.
    """
    count = len(account)
    level = np.clip(world.latent.at(account, created_at, "engagement"), -2.5, 2.5)
    chance = np.exp(SOURCE_SHARES + SOURCE_SLOPES * level[:, None]).cumsum(axis=1)
    drawn = (generator.random((count, 1)) * chance[:, -1:] > chance).sum(axis=1)
    return np.select(
        [kind == NEW, kind == RENEWAL],
        [
            generator.integers(0, len(LEAD_SOURCES) - 1, count),
            np.full(count, len(LEAD_SOURCES) - 1),
        ],
        drawn,
    )


def _opportunity_contacts(
    world: World,
    contacts: Contacts,
    account: np.ndarray,
    generator: np.random.Generator,
) -> Table:
    """One to four people per opportunity; about a third hang on a single one."""
    people = np.where(
        generator.random(len(account)) < 0.33, 1, generator.integers(2, 5, len(account))
    )
    available = world.accounts.contacts[account]
    people = np.minimum(people, available)
    first = (generator.random(len(account)) ** 2 * available).astype(np.int64)
    opportunity = np.repeat(np.arange(len(account)), people)
    position = np.arange(len(opportunity)) - np.repeat(
        np.cumsum(people) - people, people
    )
    contact = (
        contacts.first[account[opportunity]]
        + (first[opportunity] + position) % available[opportunity]
    )
    return Table(
        "crm",
        "opportunity_contacts",
        {
            "opportunity_id": identifier("opp", opportunity),
            "contact_id": identifier("con", contact, 7),
            "role": label(
                ROLES,
                np.where(position == 0, 0, generator.integers(1, 5, len(opportunity))),
            ),
        },
        dirt=[Dirt("missing_contact", "contact_id", "null")],
        orphans="opportunity_id",
    )


def _deals(
    world: World, versions: dict[str, np.ndarray], generator: np.random.Generator
) -> dict[str, np.ndarray]:
    """Every deal: account, kind, USD a year, day of decision, days open, result."""
    settings, accounts = world.settings, world.accounts
    blocks: list[
        tuple[np.ndarray, int, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    ] = []

    def add(
        account: np.ndarray,
        kind: int,
        amount: np.ndarray,
        decided_on: np.ndarray,
        low: int,
        high: int,
        result: np.ndarray,
    ) -> None:
        blocks.append(
            (
                account,
                np.full(len(account), kind),
                amount,
                decided_on,
                generator.integers(low, high, len(account)),
                result,
            )
        )

    subscription = versions["subscription"]
    yearly = versions["mrr"] * 12
    is_first = np.r_[True, subscription[1:] != subscription[:-1]]
    is_upgrade = ~is_first & (versions["valid_from"] != versions["term_start"])
    replacing = _account_day(versions["account"], versions["valid_from"])
    replaced = _account_day(versions["account"], versions["ended_at"])[
        versions["end_reason"] == REPLACED
    ]
    replaces_another = np.isin(replacing, replaced)

    # first purchases (again after a comeback), further products, upgrades
    bought = np.flatnonzero(is_first & ~replaces_another)
    for rows, kind, low, high in (
        (bought[versions["decides"][bought]], NEW, 25, 150),
        (bought[~versions["decides"][bought]], CROSS_SELL, 20, 110),
        (np.flatnonzero(is_upgrade), UPSELL, 10, 80),
    ):
        account = versions["account"][rows]
        gain = yearly[rows] - (yearly[rows - 1] if kind == UPSELL else 0)
        add(
            account,
            kind,
            gain,
            versions["valid_from"][rows] - generator.integers(1, 15, len(rows)),
            low,
            high,
            np.full(len(rows), WON),
        )

    # renewals of every term that ends in the period or soon after it
    until = versions["valid_to"]
    ends_term = (
        np.isnat(until)
        | (until >= versions["term_end"])
        | np.isin(versions["end_reason"], (CHURNED, NON_PAYMENT))
    )
    due = np.flatnonzero(
        ends_term
        & (versions["end_reason"] != MERGED)
        & (versions["term_end"] >= settings.start_date)
        & (versions["term_end"] <= settings.end_date + 150)
    )
    lost = np.isin(versions["end_reason"][due], (CHURNED, NON_PAYMENT))
    decided_on = versions["term_end"][due] - generator.integers(1, 24, len(due))
    decided_on = np.where(
        np.isnat(versions["ended_at"][due]),
        decided_on,
        np.minimum(decided_on, versions["ended_at"][due]),
    )
    undecided = versions["term_end"][due] > settings.end_date
    decided_on = np.where(
        undecided & np.isnat(versions["ended_at"][due]),
        np.maximum(decided_on, settings.end_date + 1),
        decided_on,
    )
    add(
        versions["account"][due],
        RENEWAL,
        yearly[due],
        decided_on,
        70,
        130,
        np.where(lost, LOST, WON),
    )
    # of some, nobody thinks in time
    late = generator.random(len(due)) < LATE_RENEWAL_SHARE
    blocks[-1][4][late] = generator.integers(1, 60, int(late.sum()))

    # attempts to sell more that come to nothing, or are open on the last day
    account, begun_on, decided_on = _attempts(world, generator)
    kind = np.where(generator.random(len(account)) < 0.6, UPSELL, CROSS_SELL)
    price = 55.0 * 12 * accounts.seats
    blocks.append(
        (
            account,
            kind,
            price[account] * generator.uniform(0.1, 0.5, len(account)),
            decided_on,
            (decided_on - begun_on).astype(np.int64),
            np.full(len(account), LOST),
        )
    )
    # prospects
    prospects = np.flatnonzero(accounts.is_prospect)
    decided = np.maximum(
        accounts.first_start[prospects], settings.start_date
    ) + generator.integers(10, 400, len(prospects))
    add(
        prospects,
        NEW,
        price[prospects],
        decided,
        40,
        160,
        np.full(len(prospects), LOST),
    )

    names = ("account", "kind", "amount", "decided_on", "days_open", "result")
    return dict(
        zip(
            names,
            (np.concatenate(parts) for parts in zip(*blocks, strict=True)),
            strict=False,
        )
    )


def _attempts(
    world: World, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Account, first day and day of decision of attempts to sell more that are lost.

    Nothing that comes after the first day decides whether there is one; when the
    customer leaves, it is over. Those that would be won after the period are open on
    its last day: they are among these, decided after it.
    """
    accounts, settings, customers = world.accounts, world.settings, world.customers
    end = settings.end_date
    yearly = np.where(accounts.is_quiet, YEARLY_ATTEMPTS_OF_QUIET, YEARLY_ATTEMPTS)
    account, moments = world.draw_events(generator, yearly[:, None] / 52)
    begun_on = moments.astype("datetime64[D]")
    # under way when the period begins
    count = generator.poisson(yearly * ATTEMPT_DAYS[1] / 365)
    earlier = np.repeat(np.arange(len(accounts)), count)
    earlier_on = settings.start_date - generator.integers(
        1, ATTEMPT_DAYS[1] + 1, len(earlier)
    )
    there = customers.is_active(earlier, earlier_on)
    account = np.concatenate([account, earlier[there]])
    begun_on = np.concatenate([begun_on, earlier_on[there]])
    decided_on = begun_on + generator.integers(*ATTEMPT_DAYS, len(account))

    health = np.clip(world.latent.seen_by("engagement"), -2.5, 2.5)
    rate = np.where(accounts.is_quiet, 0, YEARLY_SALES / 52)[:, None] * np.exp(
        SALES_SLOPE * health
    )
    selling, moments = world.draw_events(generator, rate)
    selling_on = moments.astype("datetime64[D]")
    sold_on = selling_on + generator.integers(*SALE_DAYS, len(selling))
    future = sold_on > end
    account = np.concatenate([account, selling[future]])
    begun_on = np.concatenate([begun_on, selling_on[future]])
    decided_on = np.concatenate([decided_on, sold_on[future]])

    leaves_on = np.where(
        begun_on < customers.last_seen[account],
        customers.last_seen[account],
        customers.second_end[account],
    )
    return account, begun_on, np.minimum(decided_on, leaves_on)


def _account_day(account: np.ndarray, date: np.ndarray) -> np.ndarray:
    """One number per account and date, to compare pairs of them."""
    return account.astype(np.int64) * 1_000_000 + date.astype("datetime64[D]").astype(
        np.int64
    )
