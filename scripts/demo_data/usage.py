"""Raw tables of the source `usage`; events are made in chunks of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .people import Contacts
from .raw_files import (
    Column,
    Table,
    day,
    flag,
    identifier,
    label,
    latest,
    moment,
    number,
    text,
    whole,
)
from .subscriptions import MERGED
from .world import (
    COUNTRIES,
    LATENT_LEAD_WEEKS,
    PRODUCT_COUNT,
    SEEN_AFTER_MERGE,
    World,
    at_office_hours,
    days,
    is_holiday,
    logistic,
    only_where,
)

FEATURES_BY_PRODUCT = (
    (
        "dashboard",
        "records",
        "search",
        "import",
        "export",
        "bulk_edit",
        "api",
        "audit_log",
    ),
    (
        "reports",
        "metrics",
        "charts",
        "forecast",
        "cohorts",
        "alerts",
        "sharing",
        "benchmarks",
    ),
    (
        "workflows",
        "triggers",
        "schedules",
        "connectors",
        "templates",
        "approvals",
        "webhooks",
        "simulations",
    ),
    (
        "tickets",
        "inbox",
        "macros",
        "sla_policies",
        "knowledge_base",
        "chat",
        "satisfaction",
        "routing",
    ),
    (
        "policies",
        "evidence",
        "controls",
        "risk_register",
        "vendors",
        "access_review",
        "incidents",
        "attestations",
    ),
    (
        "campaigns",
        "segments",
        "journeys",
        "landing_pages",
        "forms",
        "ab_tests",
        "attribution",
        "consent",
    ),
)
FEATURES = tuple(name for names in FEATURES_BY_PRODUCT for name in names)
FEATURES_PER_PRODUCT = 8
CORE_FEATURES = 3  # the first of each product, from long ago
RELEASE_DAYS = 80  # at least so long after one feature of a product comes the next
NEW_FOR_DAYS = 90
# whether an account tries a new feature: log-odds; and what share of its use that gets
TRIAL_SHARE, TRIAL_SLOPE = -0.3, 0.8
NEW_FEATURE_SHARE = 0.06
# users who leave per year
USER_TURNOVER, ADMIN_TURNOVER, OWNER_TURNOVER = 0.08, 0.25, 0.08
MINUTES_SAVED = (6, 3, 4, 12, 9, 15, 20, 5)
ROLES = ("admin", "owner", "member", "viewer")
DEPARTMENTS = (
    "sales",
    "support",
    "marketing",
    "finance",
    "engineering",
    "operations",
    "hr",
)
INTEGRATIONS = ("sso", "crm", "data_warehouse", "chat", "calendar", "erp", "api")

ACCOUNTS_PER_CHUNK = 1_000
EVENTS_PER_USER_WEEK = 7.2
WEEKDAY_SHARES = (0.195, 0.2, 0.2, 0.195, 0.17, 0.02, 0.02)


@dataclass
class Users:
    """One value per user; users of an account are numbered from `first[account]`."""

    first: np.ndarray  # per account
    created_at: np.ndarray
    deactivated_at: np.ndarray


def usage_tables(world: World, contacts: Contacts) -> tuple[list[Table], Users]:
    """All tables but the events, and the users for the events."""
    users, user_table = _users(world, contacts)
    return [user_table, _features(world), _integrations(world)], users


def _users(world: World, contacts: Contacts) -> tuple[Users, Table]:
    generator = world.settings.generator("users")
    accounts, settings, customers = world.accounts, world.settings, world.customers
    count = np.where(accounts.is_prospect, 0, accounts.users)
    total = int(count.sum())
    first = np.cumsum(count) - count
    account = np.repeat(np.arange(len(accounts)), count)
    rank = np.arange(total) - first[account]
    start = customers.start[account]
    # two thirds in the first quarter, the others over two years
    share = rank / np.maximum(count[account], 1)
    wait = np.where(
        share < 0.66, share * 130, 90 + (share - 0.66) * 1800
    ) + generator.integers(0, 12, total)
    created_at = at_office_hours(start + wait.astype(np.int64), generator)
    came_back = customers.second_start[account] < settings.end_date
    ends = np.where(
        came_back, customers.second_end[account], customers.last_seen[account]
    )
    exists = (created_at <= settings.end) & (created_at.astype("datetime64[D]") < ends)
    # whoever would come later never does, so the numbers of the others stay in order
    kept = np.flatnonzero(exists)
    account, rank, created_at, ends = (
        account[kept],
        rank[kept],
        created_at[kept],
        ends[kept],
    )
    first = np.searchsorted(account, np.arange(len(accounts)))
    total = len(account)

    role = np.where(
        rank == 0,
        ROLES.index("owner"),
        np.where(
            generator.random(total) < 0.08,
            ROLES.index("admin"),
            np.where(
                generator.random(total) < 0.25,
                ROLES.index("viewer"),
                ROLES.index("member"),
            ),
        ),
    )
    # every product has its owner and admins when the period begins
    since = np.where(
        role <= ROLES.index("owner"),
        np.maximum(created_at, settings.start_date.astype("datetime64[s]")),
        created_at,
    )
    turnover = np.array([ADMIN_TURNOVER, OWNER_TURNOVER, USER_TURNOVER, USER_TURNOVER])
    leaves = since + days(
        np.minimum(generator.exponential(365 / turnover[role]), 20_000) + 5
    )
    linked = (rank < accounts.contacts[account]) & (generator.random(total) < 0.65)
    contact = contacts.first[account] + np.minimum(rank, accounts.contacts[account] - 1)
    contact_left_at = contacts.left_at[contact]
    linked &= (contacts.created_at[contact] <= created_at) & ~(
        contact_left_at
        <= np.maximum(created_at, settings.start_date.astype("datetime64[s]"))
    )
    contact = np.where(linked, contact, -1)
    # who leaves the company soon has no user any more
    leaves = np.fmin(
        leaves,
        only_where(linked, contact_left_at) + days(generator.uniform(0, 4, total)),
    )
    cut_off = only_where(
        (ends <= settings.end_date) & (generator.random(total) < 0.8),
        at_office_hours(np.minimum(ends, settings.end_date + 400), generator),
    )
    deactivated = np.fmin(leaves, cut_off)
    deactivated = only_where(
        (deactivated <= settings.end) & (deactivated > created_at), deactivated
    )
    table = Table(
        "usage",
        "users",
        {
            "user_id": identifier("user", np.arange(total), 8),
            "account_id": identifier("acct", account),
            "contact_id": identifier("con", contact, 7),
            "role": label(ROLES, role),
            "department": label(
                DEPARTMENTS,
                np.where(
                    generator.random(total) < 0.05,
                    -1,
                    generator.integers(0, len(DEPARTMENTS), total),
                ),
                is_enum=False,
            ),
            "created_at": moment(created_at),
            "deactivated_at": moment(deactivated),
        },
        key="user_id",
        happened="created_at",
        changed=latest(created_at, deactivated),
        unknown_at_first=("deactivated_at",),
    )
    return Users(first, created_at, deactivated), table


def released_at(world: World) -> np.ndarray:
    """Release date per feature.

    The core is old. The others of each product come one after the other until the end
    of the period, and through all of it when it is long.
    """
    product, position = np.divmod(np.arange(len(FEATURES)), FEATURES_PER_PRODUCT)
    later = FEATURES_PER_PRODUCT - CORE_FEATURES
    interval = max(RELEASE_DAYS, world.settings.days // later)
    before_end = interval * (FEATURES_PER_PRODUCT - 1 - position) + (
        10 + product * (RELEASE_DAYS - 10) // PRODUCT_COUNT
    )
    return np.where(
        position < CORE_FEATURES,
        np.datetime64("2015-03-01") + position * 90,
        world.settings.end_date - before_end,
    )


def _features(world: World) -> Table:
    numbers = np.arange(len(FEATURES))
    return Table(
        "usage",
        "features",
        {
            "feature": text(FEATURES),
            "product_id": identifier("prod", numbers // FEATURES_PER_PRODUCT, 2),
            "is_core": flag(numbers % FEATURES_PER_PRODUCT < CORE_FEATURES),
            "released_at": day(released_at(world)),
            "minutes_saved_per_use": whole(
                np.array(MINUTES_SAVED)[numbers % FEATURES_PER_PRODUCT]
            ),
        },
        is_clean=True,
    )


def _integrations(world: World) -> Table:
    """Up to five per account; the healthy have more, the unhealthy switch them off."""
    generator = world.settings.generator("integrations")
    accounts, customers, settings = world.accounts, world.customers, world.settings
    count = (
        np.minimum(generator.poisson(1.5 * np.exp(0.35 * accounts.baseline)), 5)
        * ~accounts.is_prospect
    )
    account = np.repeat(np.arange(len(accounts)), count)
    position = np.arange(len(account)) - np.repeat(np.cumsum(count) - count, count)
    kind = (account * 3 + position) % len(INTEGRATIONS)
    activated_at = at_office_hours(
        customers.start[account] + generator.integers(3, 400, len(account)), generator
    )
    kept = (activated_at <= settings.end) & customers.is_active(account, activated_at)
    account, kind, activated_at = account[kept], kind[kept], activated_at[kept]
    probe = settings.start_date + generator.integers(0, settings.days, len(account))
    switches_off = generator.random(len(account)) < logistic(
        -2.2 - 1.0 * world.latent.at(account, probe, "usage")
    )
    switched_off = only_where(switches_off, at_office_hours(probe, generator))
    left_on = np.minimum(customers.end[account], settings.end_date + 400)
    deactivated = np.fmin(switched_off, at_office_hours(left_on, generator))
    deactivated = only_where(
        (deactivated > activated_at) & (deactivated <= settings.end), deactivated
    )
    return Table(
        "usage",
        "integrations",
        {
            "integration_id": identifier("int", np.arange(len(account))),
            "account_id": identifier("acct", account),
            "kind": label(INTEGRATIONS, kind, is_enum=False),
            "activated_at": moment(activated_at),
            "deactivated_at": moment(deactivated),
        },
        key="integration_id",
        happened="activated_at",
        changed=latest(activated_at, deactivated),
        unknown_at_first=("deactivated_at",),
    )


def event_chunks(
    world: World, users: Users, versions: dict[str, np.ndarray]
) -> Iterator[Table]:
    """usage.events, one table per chunk of accounts."""
    versions_by_account = np.argsort(versions["account"], kind="stable")
    versions = {name: values[versions_by_account] for name, values in versions.items()}
    bias = 0.35 * world.settings.generator("usage intensity").standard_normal(
        len(world.accounts)
    )
    for chunk, begin in enumerate(range(0, len(world.accounts), ACCOUNTS_PER_CHUNK)):
        rows = slice(begin, min(begin + ACCOUNTS_PER_CHUNK, len(world.accounts)))
        yield _events(world, users, versions, rows, chunk, bias[rows])


def _events(
    world: World,
    users: Users,
    versions: dict[str, np.ndarray],
    rows: slice,
    chunk: int,
    bias: np.ndarray,
) -> Table:
    """Use of features: a cell is an account in a week; every event belongs to one."""
    generator = world.settings.generator("events", chunk)
    accounts, latent, customers = world.accounts, world.latent, world.customers
    health = np.clip(latent.seen_by("usage", rows), -2.8, 2.8)
    weeks = latent.weeks
    week_start = latent.first_week + np.arange(weeks) * 7
    user_count = (
        np.append(users.first, len(users.created_at))[rows.start + 1 : rows.stop + 1]
        - users.first[rows]
    )

    # expected events per cell: more people, more often, in the healthy; a slow start
    age = (week_start - customers.start[rows, None]).astype(np.int64)
    ramp = np.clip(0.35 + age / 120, 0.35, 1)
    breadth = np.clip(0.6 + 0.17 * health, 0.06, 1)
    rate = (
        user_count[:, None]
        * breadth
        * ramp
        * EVENTS_PER_USER_WEEK
        * np.exp(0.3 * health + bias[:, None])
    )
    rate *= np.where(accounts.is_quiet[rows, None], 0.03, 1) * customers.active_weeks(
        latent, rows
    )
    rate[:, :LATENT_LEAD_WEEKS] = 0
    rate *= generator.gamma(6.0, 1 / 6.0, rate.shape)
    counts = generator.poisson(rate).ravel()
    cell = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    count = len(cell)

    def uniform() -> np.ndarray:
        return generator.random(count, dtype=np.float32)

    # day and time of day, in the account's own office hours
    weekdays = np.repeat(
        np.arange(7, dtype=np.int8),
        np.round(np.array(WEEKDAY_SHARES) * 1000).astype(int),
    )
    day_number = (cell % weeks).astype(np.int32) * 7 + weekdays[
        generator.integers(0, len(weekdays), count, dtype=np.int16)
    ]
    zone = np.array([row[2] for row in COUNTRIES])[accounts.country[rows]]
    noon = np.repeat(((13 - zone) * 3600).astype(np.int32), weeks)[cell]
    second = (noon + 8800 * generator.standard_normal(count, dtype=np.float32)).astype(
        np.int32
    ) % 86_400
    occurred = latent.first_week.astype("datetime64[s]") + (
        day_number.astype(np.int64) * 86_400 + second
    ).astype("timedelta64[s]")

    # which user: early users more often; the last to come are the first to fall silent
    active_users = (
        np.maximum(1, np.ceil(user_count[:, None] * breadth)).astype(np.float32).ravel()
    )
    user = np.repeat(users.first[rows], weeks).astype(np.int32)[cell] + (
        uniform() ** 1.5 * active_users[cell] * 0.99999
    ).astype(np.int32)
    user = np.minimum(user, len(users.created_at) - 1)

    keep = _event_exists(
        world, rows, cell // weeks, day_number, occurred, user, users, uniform()
    )
    cell, occurred, user, day_number = (
        cell[keep],
        occurred[keep],
        user[keep],
        day_number[keep],
    )
    count = len(cell)
    feature = _choose_features(
        world, versions, rows, health, cell, occurred, uniform(), uniform()
    )
    feature = _try_new_features(
        world, rows, cell // weeks, day_number, feature, uniform(), generator
    )
    level = health.ravel()[cell]
    # the chosen product's bad release and the outage make errors
    outage = (world.latent.outage_day - latent.first_week).astype(np.int64)
    release_day = (latent.bad_releases - latent.first_week).astype(np.int32)[
        feature // FEATURES_PER_PRODUCT
    ]
    bad = (day_number >= release_day) & (day_number < release_day + 14)
    error_share = (
        0.022 * np.exp(-0.45 * level) + 0.3 * (day_number == outage) + 0.07 * bad
    )
    is_error = uniform() < error_share
    quantity = (
        1
        + generator.standard_exponential(count, dtype=np.float32) * (1.2 + 0.2 * level)
    ).astype(np.int32)
    minutes = (
        generator.standard_exponential(count, dtype=np.float32) * (4.5 + 0.6 * level)
        + 0.2
    )
    return Table(
        "usage",
        "events",
        {
            "event_id": Column(np.arange(count), f"'ev_{chunk + 1:03d}_' || {{}}"),
            "account_id": identifier("acct", cell // weeks + rows.start),
            "user_id": identifier("user", user, 8),
            "feature": label(FEATURES, feature, is_enum=False),
            "occurred_at": moment(occurred),
            "quantity": Column(np.maximum(quantity, 1)),
            "minutes": number(minutes, 1),
            "is_error": flag(is_error),
        },
        key="event_id",
        happened="occurred_at",
    )


def _event_exists(
    world: World,
    rows: slice,
    account: np.ndarray,
    day_number: np.ndarray,
    occurred: np.ndarray,
    user: np.ndarray,
    users: Users,
    chance: np.ndarray,
) -> np.ndarray:
    """Keeps events of customers and of users who exist, within the period.

    Holidays and the outage thin them by `chance`.
    """
    settings, latent = world.settings, world.latent
    dates = latent.first_week + np.arange(latent.weeks * 7)
    share = np.where(is_holiday(dates), 0.4, 1.0)
    share[dates == latent.outage_day] = 0.25
    share[(dates < settings.start_date) | (dates > settings.end_date)] = 0
    customer_days = world.customers.is_active(
        np.arange(rows.start, rows.stop)[:, None],
        np.broadcast_to(dates, (rows.stop - rows.start, len(dates))),
    )
    created, deactivated = users.created_at[user], users.deactivated_at[user]
    return (
        (chance < share.astype(np.float32)[day_number])
        & customer_days[account, day_number]
        & (occurred >= created)
        & ~(occurred >= deactivated)
    )


def _choose_features(
    world: World,
    versions: dict[str, np.ndarray],
    rows: slice,
    health: np.ndarray,
    cell: np.ndarray,
    occurred: np.ndarray,
    product_chance: np.ndarray,
    feature_chance: np.ndarray,
) -> np.ndarray:
    """A feature per event, of a product that the account had in that week.

    The healthy use more of them, and leave none of their products on the shelf.
    versions: subscription versions in the order of accounts.
    """
    latent = world.latent
    accounts, weeks = rows.stop - rows.start, latent.weeks
    first_row, end_row = np.searchsorted(versions["account"], [rows.start, rows.stop])
    owned = np.zeros((accounts, PRODUCT_COUNT, weeks), dtype=bool)
    week_start = latent.first_week + np.arange(weeks) * 7
    until = np.where(
        np.isnat(versions["valid_to"]),
        world.settings.end_date + 1,
        versions["valid_to"],
    )
    until = until + np.where(versions["end_reason"] == MERGED, SEEN_AFTER_MERGE, 0)
    for row in range(first_row, end_row):
        has = (week_start + 7 > versions["valid_from"][row]) & (week_start < until[row])
        owned[versions["account"][row] - rows.start, versions["product"][row]] |= has
    owned = owned.transpose(0, 2, 1).reshape(accounts * weeks, PRODUCT_COUNT)
    habit = (np.arange(rows.start, rows.stop) * 29 % 11) / 11 - 0.5
    used_share = np.clip(0.75 + 0.25 * health + 0.6 * habit[:, None], 0.15, 1).ravel()
    used_count = np.ceil(owned.sum(axis=1) * used_share).astype(np.float32)
    # owned products first, in an order of the account's own
    products = np.argsort(~owned, axis=1, kind="stable").astype(np.int8)
    product = products[
        cell, (product_chance * used_count[cell] * 0.99999).astype(np.int8)
    ]

    breadth = np.clip(3.2 + 1.1 * health, 1, FEATURES_PER_PRODUCT).ravel()
    position = np.minimum(
        (feature_chance**1.6 * breadth[cell]).astype(np.int16), FEATURES_PER_PRODUCT - 1
    )
    shift = (np.arange(rows.start, rows.stop) * 7 % 5).astype(np.int16)
    others = CORE_FEATURES + (position - CORE_FEATURES + shift[cell // weeks]) % (
        FEATURES_PER_PRODUCT - CORE_FEATURES
    )
    position = np.where(position < CORE_FEATURES, position, others)
    feature = product.astype(np.int16) * FEATURES_PER_PRODUCT + position
    unreleased = occurred < released_at(world).astype("datetime64[s]")[feature]
    return np.where(
        unreleased, product.astype(np.int16) * FEATURES_PER_PRODUCT, feature
    )


def _try_new_features(
    world: World,
    rows: slice,
    account: np.ndarray,
    day_number: np.ndarray,
    feature: np.ndarray,
    chance: np.ndarray,
    generator: np.random.Generator,
) -> np.ndarray:
    """The feature per event, instead of some the newest of the product.

    Only of accounts that try it: the healthy more often, each from a day of its own.
    """
    latent = world.latent
    released = released_at(world)
    released_day = (released - latent.first_week).astype(np.int64)
    # the newest feature per product and day, while it is new
    newest = np.full((PRODUCT_COUNT, latent.weeks * 7), -1, dtype=np.int16)
    for code in np.argsort(released, kind="stable"):
        first, last = np.maximum(released_day[code] + np.array([0, NEW_FOR_DAYS]), 0)
        newest[code // FEATURES_PER_PRODUCT, first:last] = code
    accounts = np.arange(rows.start, rows.stop)
    level = latent.at(accounts[:, None], released[None, :], "usage")
    tries = generator.random(level.shape) < logistic(TRIAL_SHARE + TRIAL_SLOPE * level)
    begins_on = np.where(
        tries, released_day + generator.exponential(15, level.shape), np.inf
    )

    events = np.flatnonzero(chance < NEW_FEATURE_SHARE)
    new = newest[feature[events] // FEATURES_PER_PRODUCT, day_number[events]]
    is_new = (new >= 0) & (day_number[events] >= begins_on[account[events], new])
    feature[events[is_new]] = new[is_new]
    return feature
