"""Contacts, who appear in almost every table, and their names.

Every family name is Kanarienvogel and every address ends in @canary.example, so
that a search can prove that no personal data leaks. Comments hold such names too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .raw_files import Table, flag, identifier, label, latest, moment, text
from .world import FOREVER, World, at_office_hours, only_where

FIRST_NAMES = (
    "Ada",
    "Bela",
    "Chidi",
    "Dunja",
    "Emre",
    "Farah",
    "Goran",
    "Hana",
    "Ines",
    "Jonas",
    "Keiko",
    "Lars",
    "Mira",
    "Nils",
    "Olga",
    "Pablo",
    "Quinn",
    "Rosa",
    "Samir",
    "Tove",
    "Umut",
    "Vera",
    "Wanda",
    "Yuki",
    "Zoe",
)
MIDDLE_NAMES = (
    "Alba",
    "Bo",
    "Cato",
    "Dag",
    "Eos",
    "Fay",
    "Gil",
    "Hel",
    "Ivo",
    "Jun",
    "Kai",
    "Liv",
)
PERSONAS = (
    "executive_sponsor",
    "economic_buyer",
    "champion",
    "admin",
    "end_user",
    "influencer",
)
SENIORITIES = ("individual_contributor", "manager", "director", "vp", "c_level")
JOB_TITLES = (  # per persona, from junior to senior
    (
        "Programme Manager",
        "Director of Transformation",
        "VP Operations",
        "Chief Operating Officer",
    ),
    ("Procurement Manager", "Finance Director", "VP Finance", "CFO"),
    (
        "Operations Manager",
        "Head of Operations",
        "Director Customer Experience",
        "VP Customer Success",
    ),
    ("System Administrator", "IT Manager", "Platform Lead", "IT Director"),
    ("Analyst", "Specialist", "Coordinator", "Team Lead"),
    ("Consultant", "Enterprise Architect", "Head of Strategy", "Adviser to the Board"),
)


@dataclass
class Contacts:
    """One value per contact; those of an account are numbered from `first[account]`."""

    first: np.ndarray  # per account
    account: np.ndarray
    rank: np.ndarray  # 0 = the first champion of the account
    created_at: np.ndarray
    left_at: np.ndarray  # NaT = still there

    def choose(
        self,
        generator: np.random.Generator,
        account: np.ndarray,
        moments: np.ndarray,
        count_per_account: np.ndarray,
        skew: float = 1.6,
    ) -> np.ndarray:
        """A contact per moment, early ranks more often; -1 if not there then."""
        rank = (
            generator.random(len(account)) ** skew * count_per_account[account]
        ).astype(np.int64)
        contact = self.first[account] + rank
        there = (self.created_at[contact] <= moments) & ~(
            self.left_at[contact] <= moments
        )
        return np.where(there, contact, -1)


def make_contacts(world: World) -> tuple[Contacts, Table]:
    generator = world.settings.generator("contacts")
    accounts, settings, latent = world.accounts, world.settings, world.latent
    count = accounts.contacts
    total = int(count.sum())
    first = np.cumsum(count) - count
    account = np.repeat(np.arange(len(accounts)), count)
    rank = np.arange(total) - first[account]

    opened = accounts.created_at[account].astype("datetime64[D]")
    # up to the end, so that how often somebody joins does not tell who will leave
    span = np.maximum((settings.end_date - opened).astype(np.int64), 0)
    at_once = (rank < 2) | (generator.random(total) < 0.5)
    joined = opened + np.where(
        at_once,
        generator.integers(0, 30, total),
        (generator.random(total) * span).astype(np.int64),
    )
    created_at = np.minimum(
        at_office_hours(np.minimum(joined, settings.end_date), generator), settings.end
    )
    created_at = np.maximum(created_at, accounts.created_at[account])

    # champions leave when the shock says so, others at their own pace
    stays = (-np.log(generator.random(total)) * 365 / 0.07).astype(np.int64)
    leaves_on = joined + np.minimum(stays, 40_000)
    shock = latent.champion_left_week[account]
    is_first_champion = rank == 0
    leaves_on = np.where(
        is_first_champion,
        np.where(shock >= 0, latent.first_week + shock * 7, FOREVER),
        leaves_on,
    )
    leaves_on = np.maximum(leaves_on, joined + 1)
    left_at = at_office_hours(leaves_on, generator)
    left_at = only_where((left_at <= settings.end) & (left_at > created_at), left_at)

    persona = np.where(
        is_first_champion,
        2,
        generator.choice(6, total, p=[0.12, 0.1, 0.12, 0.16, 0.38, 0.12]),
    )
    level = generator.integers(0, 4, total)
    title = persona * 4 + level
    seniority = np.clip(level + np.array([1, 1, 1, 0, 0, 1])[persona], 0, 4)
    # the second champion often appears after the first has left
    is_champion = is_first_champion | ((persona == 2) & (generator.random(total) < 0.4))
    persona = np.where(
        ~is_first_champion & (generator.random(total) < 0.15), -1, persona
    )
    seniority = np.where(generator.random(total) < 0.12, -1, seniority)
    full_name, email = _names(generator, total)
    contacts = Contacts(first, account, rank, created_at, left_at)
    table = Table(
        "crm",
        "contacts",
        {
            "contact_id": identifier("con", np.arange(total), 7),
            "account_id": identifier("acct", account),
            "full_name": full_name,
            "email": email,
            "job_title": label(
                [word for row in JOB_TITLES for word in row], title, is_enum=False
            ),
            "persona": label(PERSONAS, persona),
            "seniority": label(SENIORITIES, seniority),
            "is_champion": flag(is_champion),
            "created_at": moment(created_at),
            "left_at": moment(left_at),
        },
        key="contact_id",
        happened="created_at",
        changed=latest(created_at, left_at),
        unknown_at_first=("left_at",),
    )
    return contacts, table


def _names(generator: np.random.Generator, total: int) -> tuple:
    first = np.array(FIRST_NAMES)[generator.integers(0, len(FIRST_NAMES), total)]
    middle = np.array(MIDDLE_NAMES)[generator.integers(0, len(MIDDLE_NAMES), total)]
    full_name = np.char.add(
        np.char.add(first, " "), np.char.add(middle, " Kanarienvogel")
    )
    address = np.char.add(
        np.char.lower(first), np.char.add(".", np.arange(total).astype(str))
    )
    return text(full_name), text(np.char.add(address, "@canary.example"))
