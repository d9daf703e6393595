"""Raw tables crm.activities and crm.cases."""

from __future__ import annotations

import numpy as np

from .crm_accounts import OwnerHistory
from .people import Contacts
from .raw_files import (
    Table,
    flag,
    identifier,
    label,
    latest,
    moment,
    whole,
)
from .world import (
    World,
    days,
    logistic,
    not_after,
    only_where,
)

ACTIVITY_TYPES = ("meeting", "call", "email", "qbr")
MEETING, CALL, EMAIL, QBR = range(4)
ACTIVITY_STATUS = ("held", "no_show", "cancelled")
TOPICS = (
    "check_in",
    "product_question",
    "roadmap",
    "roi",
    "value_review",
    "renewal",
    "competitor",
    "billing",
    "training",
)
# how much more often each topic comes up per unit of health (natural logarithm)
TOPIC_SHARES = np.log([0.26, 0.2, 0.12, 0.06, 0.06, 0.1, 0.03, 0.07, 0.1])
TOPIC_SLOPES = np.array([0, 0.1, 0.1, 0.5, 0.5, 0, -0.9, -0.4, 0.1])
# chance that the customer began it, and that a contact answers our e-mail: log-odds
INBOUND_SHARE, INBOUND_EMAIL_SHARE, INBOUND_SLOPE = -0.4, -1.2, 0.5
REPLY_SHARE, REPLY_SLOPE = -0.2, 0.6
REPLY_HOURS, REPLY_HOURS_SLOPE = 26.0, -0.3  # median, and natural logarithm per health
LONGEST_REPLY_DAYS = 13
COLLEAGUE_SHARE = 0.1  # of activities of somebody else of ours

CASE_TYPES = ("question", "defect", "complaint", "feature_request")
CASE_RATES = np.array([4.2, 3.0, 0.7, 0.9])  # per year of an account with ten seats
CASE_SLOPES = np.array(
    [0.3, -0.35, -0.7, 0.2]
)  # planted: the healthy ask more questions
PRIORITIES = ("low", "normal", "high", "urgent")
SLA_HOURS = np.array([120, 72, 24, 8])
# defects and complaints that wait for a fix, and requests that wait for a decision
WAITING_SHARE = np.array([0.0, 0.22, 0.15, 0.55])
WAITING_DAYS = np.array([0.0, 45.0, 30.0, 150.0])  # on average
FORGOTTEN_SHARE = np.array([0.01, 0.01, 0.01, 0.1])  # never resolved


def crm_tables(
    world: World, contacts: Contacts, owners: OwnerHistory
) -> tuple[list[Table], dict[str, np.ndarray]]:
    """The tables, and the cases (account, contact, resolved_at) for the surveys."""
    cases, case_table = _cases(world, contacts)
    return [_activities(world, contacts, owners), case_table], cases


def _activities(world: World, contacts: Contacts, owners: OwnerHistory) -> Table:
    generator = world.settings.generator("activities")
    accounts, latent = world.accounts, world.latent
    health = np.clip(latent.seen_by("engagement"), -2.5, 2.5)
    size = (
        np.array([1.6, 1.0, 0.65])[accounts.segment]
        * np.array([1.5, 1.0, 0.55])[accounts.service_tier]
    )
    size = np.where(accounts.is_quiet | accounts.is_prospect, 0.0, size)
    # meetings follow the account's habit, which is planted as best in the middle
    habit = np.exp(0.9 * np.clip(accounts.meeting_habit, -2.5, 2.5))
    rates = (  # per week, and slope on health
        (0.16 * np.sqrt(size) * habit, 0.0),
        (0.16 * size, 0.1),
        (0.23 * size, 0.15),
        (0.035 * size, 0.45),
    )
    kinds, accounts_drawn, moments = [], [], []
    for kind, (rate, slope) in enumerate(rates):
        account, moment_drawn = world.draw_events(
            generator, rate[:, None] * np.exp(slope * health), lead_days=45
        )
        kinds.append(np.full(len(account), kind))
        accounts_drawn.append(account)
        moments.append(moment_drawn)
    kind, account, happened = (
        np.concatenate(kinds),
        np.concatenate(accounts_drawn),
        np.concatenate(moments),
    )
    count = len(kind)
    level = np.clip(latent.at(account, happened, "engagement"), -2.5, 2.5)

    chance = generator.random(count)
    no_show, cancelled = logistic(-2.7 - 0.7 * level), logistic(-2.4 - 0.3 * level)
    status = np.where(chance < no_show, 1, np.where(chance < no_show + cancelled, 2, 0))
    status = np.where((kind == EMAIL) | ((kind == CALL) & (status == 1)), 0, status)
    topic_chance = np.exp(TOPIC_SHARES + TOPIC_SLOPES * level[:, None]).cumsum(axis=1)
    topic = (generator.random((count, 1)) * topic_chance[:, -1:] > topic_chance).sum(
        axis=1
    )
    is_meeting = (kind == MEETING) | (kind == QBR)
    attendees = np.where(
        is_meeting, 2 + generator.poisson(1.2 + (kind == QBR) * 2, count), 2
    )
    began = np.where(kind == EMAIL, INBOUND_EMAIL_SHARE, INBOUND_SHARE)
    drawn = {
        "account": account,
        "happened": happened,
        "contact": contacts.choose(generator, account, happened, accounts.contacts),
        "kind": kind,
        "is_inbound": generator.random(count) < logistic(began + INBOUND_SLOPE * level),
        "status": status,
        "topic": np.where(generator.random(count) < 0.15, -1, topic),
        "is_in_person": is_meeting
        & (generator.random(count) < 0.15 + 0.3 * (kind == QBR)),
        "attendees": np.where(kind == EMAIL, -1, np.where(status == 0, attendees, 0)),
    }
    replies = _replies(world, contacts, drawn, level, generator)
    drawn = {
        name: np.concatenate([values, replies[name]]) for name, values in drawn.items()
    }
    order = np.argsort(drawn["happened"], kind="stable")
    drawn = {name: values[order] for name, values in drawn.items()}
    account, happened, count = drawn["account"], drawn["happened"], len(order)
    return Table(
        "crm",
        "activities",
        {
            "activity_id": identifier("act", np.arange(count), 8),
            "account_id": identifier("acct", account),
            "contact_id": identifier("con", drawn["contact"], 7),
            "owner_id": identifier(
                "emp",
                np.where(
                    generator.random(count) < COLLEAGUE_SHARE,
                    generator.integers(0, int(accounts.owner.max()) + 1, count),
                    owners.at(account, happened),
                ),
                4,
            ),
            "activity_type": label(ACTIVITY_TYPES, drawn["kind"]),
            "direction": label(("outbound", "inbound"), drawn["is_inbound"]),
            "status": label(ACTIVITY_STATUS, drawn["status"]),
            "topic": label(TOPICS, drawn["topic"], is_enum=False),
            "is_in_person": flag(drawn["is_in_person"]),
            "attendee_count": whole(drawn["attendees"], null_below=0),
            "occurred_at": moment(happened),
        },
        key="activity_id",
        happened="occurred_at",
        changed=happened,
    )


def _replies(
    world: World,
    contacts: Contacts,
    drawn: dict[str, np.ndarray],
    level: np.ndarray,
    generator: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Answers of contacts to our e-mails: the healthy answer more, and sooner.

    level: health as seen when each activity of `drawn` took place.
    """
    count = len(level)
    hours = REPLY_HOURS * np.exp(
        REPLY_HOURS_SLOPE * level + 0.9 * generator.standard_normal(count)
    )
    replied_at = drawn["happened"] + days(np.minimum(hours / 24, LONGEST_REPLY_DAYS))
    replies = (
        (drawn["kind"] == EMAIL)
        & ~drawn["is_inbound"]
        & (drawn["contact"] >= 0)
        & (generator.random(count) < logistic(REPLY_SHARE + REPLY_SLOPE * level))
        & (replied_at <= world.settings.end)
        & ~(contacts.left_at[drawn["contact"]] <= replied_at)
        & world.customers.is_active(drawn["account"], replied_at, lead_days=45)
    )
    answers = {name: values[replies] for name, values in drawn.items()}
    answers["happened"] = replied_at[replies]
    answers["is_inbound"] = np.ones(int(replies.sum()), dtype=bool)
    return answers


def _cases(world: World, contacts: Contacts) -> tuple[dict[str, np.ndarray], Table]:
    generator = world.settings.generator("cases")
    accounts, latent, settings = world.accounts, world.latent, world.settings
    health = np.clip(latent.seen_by("support"), -2.5, 2.5)
    size = np.where(accounts.is_prospect, 0, (accounts.seats / 10) ** 0.6) * np.where(
        accounts.is_quiet, 0.2, 1
    )
    kinds, accounts_drawn, moments = [], [], []
    for kind in range(len(CASE_TYPES)):
        rate = (
            CASE_RATES[kind] / 52 * size[:, None] * np.exp(CASE_SLOPES[kind] * health)
        )
        if CASE_TYPES[kind] == "defect":
            rate[:, latent.week_of(latent.outage_day)] *= 4
        account, opened = world.draw_events(generator, rate)
        kinds.append(np.full(len(account), kind))
        accounts_drawn.append(account)
        moments.append(opened)
    kind, account, opened = (
        np.concatenate(kinds),
        np.concatenate(accounts_drawn),
        np.concatenate(moments),
    )
    order = np.argsort(opened, kind="stable")
    kind, account, opened = kind[order], account[order], opened[order]
    count = len(kind)
    level = np.clip(latent.at(account, opened, "support"), -2.5, 2.5)

    severity = (
        1.3
        - 0.35 * level
        + np.array([-0.7, 0.3, 0.4, -0.9])[kind]
        + 0.9 * generator.standard_normal(count)
    )
    priority = np.clip(np.round(severity), 0, 3).astype(np.int64)
    speed = np.array([1.15, 1.0, 0.8])[2 - accounts.service_tier[account]]
    response_hours = (
        SLA_HOURS[priority]
        * 0.12
        * np.exp(0.7 * generator.standard_normal(count))
        * speed
    )
    resolution_hours = response_hours + SLA_HOURS[priority] * 0.42 * speed * np.exp(
        0.9 * generator.standard_normal(count) - 0.3 * level
    )
    waits = generator.random(count) < WAITING_SHARE[kind]
    resolution_hours += waits * 24 * generator.exponential(WAITING_DAYS[kind])
    resolved = opened + days(resolution_hours / 24)
    reopened = only_where(
        generator.random(count) < logistic(-2.9 - 0.6 * level),
        resolved + days(generator.uniform(0.3, 6, count)),
    )
    resolved_in_the_end = np.where(
        np.isnat(reopened), resolved, reopened + days(generator.uniform(0.5, 8, count))
    )
    forgotten = generator.random(count) < FORGOTTEN_SHARE[kind]
    resolved_at = not_after(only_where(~forgotten, resolved_in_the_end), settings.end)
    reopened_at = not_after(reopened, settings.end)
    escalates = generator.random(count) < logistic(
        -4.2 + 0.8 * (priority - 1) - 0.6 * level
    )
    escalated_at = not_after(
        only_where(
            escalates,
            opened + days(resolution_hours / 24 * generator.uniform(0.2, 0.8, count)),
        ),
        settings.end,
    )
    first_response_at = not_after(opened + days(response_hours / 24), settings.end)
    cases = {
        "account": account,
        "resolved_at": resolved_at,
        "contact": contacts.choose(generator, account, opened, accounts.contacts, 0.8),
    }
    table = Table(
        "crm",
        "cases",
        {
            "case_id": identifier("case", np.arange(count), 7),
            "account_id": identifier("acct", account),
            "contact_id": identifier("con", cases["contact"], 7),
            "case_type": label(CASE_TYPES, kind),
            "priority": label(PRIORITIES, priority),
            "opened_at": moment(opened),
            "first_response_at": moment(first_response_at),
            "resolved_at": moment(resolved_at),
            # nobody promises when a request is granted
            "sla_due_at": moment(
                only_where(
                    kind != CASE_TYPES.index("feature_request"),
                    opened + (SLA_HOURS[priority] * 3600).astype("timedelta64[s]"),
                )
            ),
            "escalated_at": moment(escalated_at),
            "reopened_at": moment(reopened_at),
        },
        key="case_id",
        happened="opened_at",
        changed=latest(
            opened, first_response_at, resolved_at, escalated_at, reopened_at
        ),
        unknown_at_first=(
            "first_response_at",
            "resolved_at",
            "escalated_at",
            "reopened_at",
        ),
    )
    return cases, table
