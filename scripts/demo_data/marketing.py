"""Raw tables of the source `marketing`; touches are made in chunks of accounts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .people import Contacts
from .raw_files import Table, day, identifier, label, moment, number
from .world import INDUSTRIES, SEGMENTS, World, at_office_hours, days, logistic

CHANNELS = ("email", "web", "event", "community")
ACTIONS = ("delivered", "clicked", "unsubscribed", "visited", "attended", "downloaded")
PAGE_CATEGORIES = (
    "product",
    "pricing",
    "docs",
    "help",
    "billing",
    "cancel",
    "upgrade",
    "blog",
)
# web visits per year of an account with six contacts, and slope on health
PAGE_RATES = np.array([9.0, 2.5, 12.0, 8.0, 3.0, 0.5, 1.5, 6.0])
PAGE_SLOPES = np.array(
    [0.0, -0.35, 0.25, -0.2, -0.25, -0.8, 0.45, 0.1]
)  # planted: product pages do not matter
EMAILS_PER_YEAR, ATTENDED_PER_YEAR, COMMUNITY_PER_YEAR, DOWNLOADS_PER_YEAR = (
    22.0,
    1.2,
    3.0,
    2.0,
)
CLICK_SHARE, CLICK_SLOPE = -2.2, -0.5  # planted: the unhealthy click more
TOPICS = (
    "customer_platform",
    "service_automation",
    "analytics",
    "compliance_software",
    "data_integration",
)
COMPETITORS = ("Rivalo", "Zentrix", "Opsmate")
ACCOUNTS_PER_CHUNK = 5_000


def marketing_tables(world: World) -> list[Table]:
    return [_intent(world), _market_events(world)]


def touch_chunks(world: World, contacts: Contacts) -> Iterator[Table]:
    """marketing.touches, one table per chunk of accounts."""
    for chunk, begin in enumerate(range(0, len(world.accounts), ACCOUNTS_PER_CHUNK)):
        yield _touches(
            world,
            contacts,
            slice(begin, min(begin + ACCOUNTS_PER_CHUNK, len(world.accounts))),
            chunk,
        )


def _touches(world: World, contacts: Contacts, rows: slice, chunk: int) -> Table:
    generator = world.settings.generator("touches", chunk)
    health = np.clip(world.latent.seen_by("marketing", rows), -2.5, 2.5)
    size = (world.accounts.contacts[rows, None] / 6) ** 0.8 / 52
    # channel, action, page, account, moment
    blocks: list[tuple[int, int, int, np.ndarray, np.ndarray]] = []

    def draw(
        channel: str, action: str, page: int, rate: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        account, happened = world.draw_events(generator, rate, lead_days=60, rows=rows)
        blocks.append(
            (CHANNELS.index(channel), ACTIONS.index(action), page, account, happened)
        )
        return account, happened

    account, delivered = draw("email", "delivered", -1, EMAILS_PER_YEAR * size)
    level = np.clip(world.latent.at(account, delivered, "marketing"), -2.5, 2.5)
    for action, share in (
        ("clicked", logistic(CLICK_SHARE + CLICK_SLOPE * level)),
        ("unsubscribed", logistic(-5.5 - 0.4 * level)),
    ):
        happened = delivered + days(generator.exponential(0.6, len(delivered)))
        follows = (generator.random(len(delivered)) < share) & (
            happened <= world.settings.end
        )
        blocks.append(
            (
                CHANNELS.index("email"),
                ACTIONS.index(action),
                -1,
                account[follows],
                happened[follows],
            )
        )
    for page in range(len(PAGE_CATEGORIES)):
        draw(
            "web",
            "visited",
            page,
            PAGE_RATES[page] * size * np.exp(PAGE_SLOPES[page] * health),
        )
    draw(
        "web",
        "downloaded",
        PAGE_CATEGORIES.index("docs"),
        DOWNLOADS_PER_YEAR * size * np.exp(0.1 * health),
    )
    draw("event", "attended", -1, ATTENDED_PER_YEAR * size)  # planted: does not matter
    draw("community", "visited", -1, COMMUNITY_PER_YEAR * size * np.exp(0.4 * health))

    sizes = [len(block[3]) for block in blocks]
    channel, action, page = (
        np.repeat([block[part] for block in blocks], sizes) for part in range(3)
    )
    account, happened = (
        np.concatenate([block[part] for block in blocks]) for part in (3, 4)
    )
    order = np.argsort(happened, kind="stable")
    channel, action, page, account, happened = (
        values[order] for values in (channel, action, page, account, happened)
    )
    contact = contacts.choose(
        generator, account, happened, world.accounts.contacts, 0.9
    )
    anonymous = (channel == 1) & (generator.random(len(account)) < 0.6)
    return Table(
        "marketing",
        "touches",
        {
            "touch_id": identifier(
                f"touch_{chunk + 1:03d}", np.arange(len(account)), 7
            ),
            "account_id": identifier("acct", account),
            "contact_id": identifier("con", np.where(anonymous, -1, contact), 7),
            "channel": label(CHANNELS, channel),
            "action": label(ACTIONS, action),
            "page_category": label(PAGE_CATEGORIES, page),
            "occurred_at": moment(happened),
        },
        key="touch_id",
        happened="occurred_at",
    )


def _intent(world: World) -> Table:
    """Weeks in which an account read elsewhere about a topic or a competitor."""
    generator = world.settings.generator("intent")
    health = np.clip(world.latent.seen_by("marketing"), -2.5, 2.5)
    drawn = [
        world.draw_events(generator, np.full((len(world.accounts), 1), 1.8 / 52)),
        world.draw_events(generator, 1.0 / 52 * np.exp(-0.6 * health)),
    ]
    account = np.concatenate([part[0] for part in drawn])
    dates = np.concatenate([part[1] for part in drawn]).astype("datetime64[D]")
    is_competitor = np.repeat([0, 1], [len(part[0]) for part in drawn])
    topic = np.where(
        is_competitor,
        len(TOPICS) + generator.integers(0, len(COMPETITORS), len(account)),
        generator.integers(0, len(TOPICS), len(account)),
    )
    week = dates - (dates.astype(np.int64) + 3) % 7
    # one row per account, topic and week
    _, rows = np.unique(
        np.stack([week.astype(np.int64), account, topic], axis=1),
        axis=0,
        return_index=True,
    )
    strength = np.clip(generator.gamma(4, 11, len(account)) + 8 * is_competitor, 1, 100)
    return Table(
        "marketing",
        "intent",
        {
            "account_id": identifier("acct", account[rows]),
            "topic": label((*TOPICS, *COMPETITORS), topic[rows], is_enum=False),
            "topic_kind": label(("category", "competitor"), is_competitor[rows]),
            "week": day(week[rows]),
            "strength": number(strength[rows], 0),
        },
        happened="week",
        arrives_after=7,
    )


def _market_events(world: World) -> Table:
    """Index and competitors' releases per industry; headcount and news per account."""
    generator = world.settings.generator("market events")
    settings, accounts = world.settings, world.accounts
    months = np.arange(
        settings.start_date.astype("datetime64[M]") + 1,
        settings.end_date.astype("datetime64[M]") + 1,
    ).astype("datetime64[D]")
    index = 100 * np.exp(
        np.cumsum(
            0.03 * generator.standard_normal((len(INDUSTRIES), len(months))), axis=1
        )
    )
    # kind, industry, segment, account, value, date
    industry = np.repeat(np.arange(len(INDUSTRIES)), len(months))
    nothing = np.full(len(industry), -1)
    blocks = [
        (
            np.full(len(industry), 1),
            industry,
            nothing,
            nothing,
            index.ravel().round(2),
            np.tile(months, len(INDUSTRIES)),
        )
    ]
    released = np.flatnonzero(generator.random(len(industry)) < 0.25)
    blocks.append(
        (
            np.zeros(len(released), dtype=int),
            industry[released],
            np.where(
                generator.random(len(released)) < 0.3,
                generator.integers(0, len(SEGMENTS), len(released)),
                -1,
            ),
            nothing[released],
            np.full(len(released), np.nan),
            np.tile(months, len(INDUSTRIES))[released]
            + generator.integers(0, 27, len(released)),
        )
    )
    # headcount grows a little more where the baseline of health is higher
    quarters = months[::3]
    growth = (
        0.012 * accounts.baseline + 0.03 * generator.standard_normal(len(accounts))
    )[:, None] * np.arange(len(quarters))
    headcount = np.maximum(1, np.round(accounts.employees[:, None] * np.exp(growth)))
    account = np.repeat(np.arange(len(accounts)), len(quarters))
    known = generator.random(len(account)) < 0.7
    unknown = np.full(len(account), -1)
    headcounts = (
        np.full(len(account), 2),
        unknown,
        unknown,
        account,
        headcount.ravel(),
        np.tile(quarters, len(accounts)),
    )
    blocks.append(tuple(values[known] for values in headcounts))
    reported, moments = world.draw_events(
        generator, np.full((len(accounts), 1), 0.5 / 52)
    )
    blocks.append(
        (
            np.full(len(reported), 3),
            np.full(len(reported), -1),
            np.full(len(reported), -1),
            reported,
            generator.choice([-1.0, 0.0, 1.0], len(reported)),
            moments.astype("datetime64[D]"),
        )
    )
    kind, industry, segment, account, value, date = (
        np.concatenate(parts) for parts in zip(*blocks, strict=True)
    )
    happened = np.minimum(at_office_hours(date, generator), settings.end)
    order = np.flatnonzero(date <= settings.end_date)
    order = order[np.argsort(happened[order], kind="stable")]
    return Table(
        "marketing",
        "market_events",
        {
            "event_id": identifier("mkt", np.arange(len(order)), 7),
            "industry": label(INDUSTRIES, industry[order]),
            "segment": label(SEGMENTS, segment[order]),
            "account_id": identifier("acct", account[order]),
            "event_kind": label(
                ("competitor_release", "market_index", "headcount", "news"), kind[order]
            ),
            "value": number(value[order]),
            "occurred_at": moment(happened[order]),
        },
        key="event_id",
        happened="occurred_at",
        changed=happened[order],
    )
