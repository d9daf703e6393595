"""Raw tables crm.csm_assessments, objectives, tasks and trainings."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from .crm_accounts import OwnerHistory
from .people import Contacts
from .raw_files import (
    Column,
    Dirt,
    Table,
    day,
    identifier,
    label,
    latest,
    moment,
    number,
    text,
    whole,
)
from .world import (
    CURRENCIES,
    CURRENCY_FACTORS,
    PRODUCT_COUNT,
    World,
    at_office_hours,
    days,
    logistic,
    not_after,
    only_where,
)

ASSESSMENT_TEAMS = ("customer_success", "support", "sales", "product")
LENIENT_OWNERS = 7  # every seventh CSM rates 1.2 points too high
ABOUT_CONTACT_SHARE = 0.45  # of assessments; the others are of the whole account
ASSESSMENT_COMMENTS = (  # with the name that no reader without personal data may find
    "",
    "",
    "Good call with Ada Kanarienvogel, next steps agreed.",
    "Bela Kanarienvogel, our sponsor, is hard to reach.",
    "Strong internal advocate: Chidi Kanarienvogel.",
    "Budget under review by Dunja Kanarienvogel.",
    "Emre Kanarienvogel asked about the roadmap.",
)
ONBOARDING_TASKS = (
    "kickoff",
    "data_import",
    "sso_setup",
    "admin_training",
    "first_value_review",
    "go_live",
)
ONBOARDING_DUE_DAYS = np.array([7, 21, 30, 35, 60, 75])
SEEDS = Path(__file__).resolve().parents[2] / "seeds"
COURSES = ("admin_basics", "power_user", "reporting", "automation", "security")


def customer_success_tables(
    world: World, contacts: Contacts, owners: OwnerHistory
) -> list[Table]:
    return [
        _assessments(world, contacts, owners),
        _objectives(world),
        _tasks(world),
        _trainings(world, contacts),
    ]


def _assessments(world: World, contacts: Contacts, owners: OwnerHistory) -> Table:
    generator = world.settings.generator("assessments")
    accounts, latent = world.accounts, world.latent
    rate = np.array([0.2, 0.09, 0.03])[accounts.service_tier] * ~(
        accounts.is_quiet | accounts.is_prospect
    )
    account, assessed_at = world.draw_events(generator, rate[:, None])
    order = np.argsort(assessed_at, kind="stable")
    account, assessed_at = account[order], assessed_at[order]
    count = len(account)
    level = latent.at(account, assessed_at, "sentiment")
    assessor = owners.at(account, assessed_at)
    lenient = 1.2 * (assessor % LENIENT_OWNERS == 0)
    contact = np.where(
        generator.random(count) < ABOUT_CONTACT_SHARE,
        contacts.choose(generator, account, assessed_at, accounts.contacts, 1.2),
        -1,
    )

    def rating(middle: float, slope: float) -> Column:
        score = np.round(
            middle + slope * level + lenient + 0.7 * generator.standard_normal(count)
        )
        return whole(
            np.where(generator.random(count) < 0.08, 0, np.clip(score, 1, 5)),
            null_below=1,
        )

    return Table(
        "crm",
        "csm_assessments",
        {
            "assessment_id": identifier("csa", np.arange(count)),
            "account_id": identifier("acct", account),
            "contact_id": identifier("con", contact, 7),
            "assessed_by": identifier("emp", assessor, 4),
            "team": label(
                ASSESSMENT_TEAMS, generator.choice(4, count, p=[0.7, 0.12, 0.12, 0.06])
            ),
            "assessed_at": moment(assessed_at),
            "sentiment": rating(3.5, 0.6),
            "trusted_advisor": rating(3.2, 0.5),
            "value_understood": rating(3.3, 0.6),
            "open_risks": whole(
                generator.poisson(0.7 * np.exp(-0.5 * np.clip(level, -2.5, 2.5)))
            ),
            "comment": text(
                np.array(ASSESSMENT_COMMENTS)[
                    generator.integers(0, len(ASSESSMENT_COMMENTS), count)
                ]
            ),
        },
        key="assessment_id",
        happened="assessed_at",
        changed=assessed_at,
        unknown_at_first=("comment",),
        dirt=[Dirt("sentiment_of_9", "sentiment", "'9'")],
    )


def _objectives(world: World) -> Table:
    """One to three objectives at the start, and about one a year after."""
    generator = world.settings.generator("objectives")
    accounts, latent, settings = world.accounts, world.latent, world.settings
    with_goals = np.flatnonzero(
        (generator.random(len(accounts)) < 0.8)
        & ~accounts.is_prospect
        & ~accounts.is_quiet
    )
    first = np.repeat(with_goals, generator.integers(1, 4, len(with_goals)))
    first_set = np.maximum(
        accounts.first_start[first], settings.start_date - 300
    ) + generator.integers(5, 60, len(first))
    first_active = world.customers.is_active(first, first_set) & (
        first_set <= settings.end_date
    )
    account, moments = world.draw_events(
        generator,
        np.where(accounts.is_quiet | accounts.is_prospect, 0, 0.8 / 52)[:, None],
    )
    account = np.concatenate([first[first_active], account])
    set_at = np.concatenate(
        [at_office_hours(first_set[first_active], generator), moments]
    )
    count = len(account)
    due_at = set_at.astype("datetime64[D]") + generator.integers(90, 365, count)
    level = latent.at(account, np.minimum(due_at, settings.end_date), "impact")
    planned = at_office_hours(due_at, generator) + days(
        generator.normal(-5, 25, count) - 8 * np.clip(level, -2, 2)
    )
    achieved_at = only_where(
        generator.random(count) < logistic(0.6 + 0.9 * level),
        np.maximum(planned, set_at + days(np.full(count, 10.0))),
    )
    achieved_at = not_after(achieved_at, settings.end)
    achieved_at = only_where(
        world.customers.is_active(
            account, np.where(np.isnat(achieved_at), set_at, achieved_at)
        ),
        achieved_at,
    )
    confirmed_at = only_where(
        generator.random(count) < logistic(0.2 + 0.5 * level),
        achieved_at + days(generator.uniform(1, 40, count)),
    )
    confirmed_at = not_after(confirmed_at, settings.end)
    factor = CURRENCY_FACTORS[accounts.currency[account]]
    expected = np.round(
        accounts.seats[account]
        * 600
        * np.exp(0.6 * generator.standard_normal(count))
        * factor,
        -2,
    )
    delivered = np.where(
        np.isnat(achieved_at),
        np.nan,
        expected
        * np.clip(0.95 + 0.15 * level + 0.2 * generator.standard_normal(count), 0.1, 2),
    )
    return Table(
        "crm",
        "objectives",
        {
            "objective_id": identifier("obj", np.arange(count)),
            "account_id": identifier("acct", account),
            "product_id": identifier("prod", account % PRODUCT_COUNT, 2),
            "set_at": moment(set_at),
            "due_at": day(due_at),
            "achieved_at": moment(achieved_at),
            "customer_confirmed_at": moment(confirmed_at),
            "expected_value": number(expected),
            "delivered_value": number(delivered),
            "currency": label(CURRENCIES, accounts.currency[account], is_enum=False),
        },
        key="objective_id",
        happened="set_at",
        changed=latest(set_at, achieved_at, confirmed_at),
        unknown_at_first=("achieved_at", "customer_confirmed_at", "delivered_value"),
    )


def _actions() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Actions that signals call for, days until each is due, and the share of each.

    The more signals with weight call for an action, the more often it is done.
    """

    def rows(seed: str) -> list[dict[str, str]]:
        with (SEEDS / f"{seed}.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    action_of = {row["signal"]: row["action"] for row in rows("signals")}
    called = [
        action_of[row["signal"]]
        for row in rows("scorecard_signals")
        if float(row["weight"]) > 0
    ]
    due = {row["action"]: int(row["due_in_days"]) for row in rows("actions")}
    actions = [action for action in due if action in called]
    shares = np.array([called.count(action) for action in actions], dtype=float)
    return actions, np.array([due[action] for action in actions]), shares / shares.sum()


def _tasks(world: World) -> Table:
    """Onboarding tasks of everybody who starts, and actions of the CSM.

    Some actions are never done, and many of the last weeks are still open.
    """
    generator = world.settings.generator("tasks")
    accounts, latent, settings = world.accounts, world.latent, world.settings
    starts = [world.customers.start, world.customers.second_start]
    new = [
        np.flatnonzero(
            (start >= settings.start_date - 90) & (start <= settings.end_date)
        )
        for start in starts
    ]
    start = np.concatenate([starts[0][new[0]], starts[1][new[1]]])
    steps = len(ONBOARDING_TASKS)
    account = np.repeat(np.concatenate(new), steps)
    step = np.tile(np.arange(steps), len(start))
    created_at = at_office_hours(np.repeat(start, steps), generator)
    due = np.repeat(start, steps) + ONBOARDING_DUE_DAYS[step]

    health = np.clip(latent.seen_by("onboarding"), -2.5, 2.5)
    rate = np.where(accounts.is_quiet | accounts.is_prospect, 0, 0.05)[
        :, None
    ] * np.exp(-0.4 * health)
    acted, acted_at = world.draw_events(generator, rate)
    actions, due_days, shares = _actions()
    action = generator.choice(len(actions), len(acted), p=shares)
    account = np.concatenate([account, acted])
    name = np.concatenate([step, len(ONBOARDING_TASKS) + action])
    created_at = np.concatenate([created_at, acted_at])
    due = np.concatenate([due, acted_at.astype("datetime64[D]") + due_days[action]])
    count = len(account)
    level = np.clip(
        latent.at(account, np.minimum(due, settings.end_date), "onboarding"), -2.5, 2.5
    )
    finished = at_office_hours(due, generator) + days(
        -3 - 5 * level + 8 * generator.standard_normal(count)
    )
    finished = np.maximum(finished, created_at + days(generator.uniform(0.1, 3, count)))
    completed_at = not_after(
        only_where(generator.random(count) > logistic(-2.4 - 0.8 * level), finished),
        settings.end,
    )
    return Table(
        "crm",
        "tasks",
        {
            "task_id": identifier("task", np.arange(count)),
            "account_id": identifier("acct", account),
            "task_type": label(("onboarding", "action"), name >= steps),
            "action": label((*ONBOARDING_TASKS, *actions), name, is_enum=False),
            "created_at": moment(created_at),
            "due_at": day(due),
            "completed_at": moment(completed_at),
        },
        key="task_id",
        happened="created_at",
        changed=latest(created_at, completed_at),
        unknown_at_first=("completed_at",),
    )


def _trainings(world: World, contacts: Contacts) -> Table:
    generator = world.settings.generator("trainings")
    accounts, latent, settings = world.accounts, world.latent, world.settings
    health = np.clip(latent.seen_by("impact"), -2.5, 2.5)
    rate = np.where(
        accounts.is_quiet | accounts.is_prospect,
        0,
        1.6 / 52 * np.sqrt(accounts.contacts / 4),
    )[:, None]
    # twice as many in the first half year
    week_start = latent.first_week + np.arange(latent.weeks) * 7
    rate = (
        rate
        * np.exp(0.35 * health)
        * (1 + ((week_start - world.customers.start[:, None]).astype(np.int64) < 182))
    )
    account, enrolled_at = world.draw_events(generator, rate)
    count = len(account)
    level = np.clip(latent.at(account, enrolled_at, "impact"), -2.5, 2.5)
    completed_at = only_where(
        generator.random(count) < logistic(0.5 + 0.7 * level),
        enrolled_at + days(generator.uniform(1, 45, count)),
    )
    certified_at = only_where(
        generator.random(count) < logistic(-0.3 + 0.3 * level),
        completed_at + days(generator.uniform(0, 10, count)),
    )
    completed_at, certified_at = (
        not_after(completed_at, settings.end),
        not_after(certified_at, settings.end),
    )
    return Table(
        "crm",
        "trainings",
        {
            "enrolment_id": identifier("enr", np.arange(count)),
            "account_id": identifier("acct", account),
            "contact_id": identifier(
                "con",
                contacts.choose(
                    generator, account, enrolled_at, accounts.contacts, 0.9
                ),
                7,
            ),
            "course": label(
                COURSES, generator.integers(0, len(COURSES), count), is_enum=False
            ),
            "enrolled_at": moment(enrolled_at),
            "completed_at": moment(completed_at),
            "certified_at": moment(certified_at),
        },
        key="enrolment_id",
        happened="enrolled_at",
        changed=latest(enrolled_at, completed_at, certified_at),
        unknown_at_first=("completed_at", "certified_at"),
    )
