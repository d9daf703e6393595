"""Raw tables of the source `survey`."""

from __future__ import annotations

import numpy as np

from .people import Contacts
from .raw_files import Dirt, Table, identifier, label, moment, text, whole
from .world import World, at_office_hours, days, logistic

SURVEY_TYPES = ("nps", "csat", "ces", "onboarding")
NPS, CSAT, CES, ONBOARDING = range(4)
COMMENTS = (  # with the name that no reader without personal data may find
    "",
    "",
    "",
    "Does what it should. Ada Kanarienvogel",
    "Support is quick and friendly. Bela Kanarienvogel",
    "Too many clicks for a simple task. Chidi Kanarienvogel",
    "We would like better reports. Dunja Kanarienvogel",
    "Hard to say what it brings us. Emre Kanarienvogel",
    "Our team relies on it every day. Farah Kanarienvogel",
)


def survey_tables(
    world: World, contacts: Contacts, cases: dict[str, np.ndarray]
) -> list[Table]:
    """Invitations and their answers. CES: 7 = very easy.

    cases: account, contact and resolved_at of every case, for CSAT and CES.
    """
    generator = world.settings.generator("surveys")
    accounts, settings, latent = world.accounts, world.settings, world.latent
    surveyed = ~accounts.is_never_surveyed & ~accounts.is_prospect

    # NPS goes to some contacts about every four months
    rate = np.where(surveyed, 3.6 * np.sqrt(accounts.contacts / 3) / 52, 0)[:, None]
    account, sent_at = world.draw_events(generator, rate)
    blocks = [
        (
            np.full(len(account), NPS),
            account,
            contacts.choose(generator, account, sent_at, accounts.contacts, 1.0),
            sent_at,
            np.full(len(account), -1),
        )
    ]
    # CSAT or CES after resolved cases
    asked = np.flatnonzero(~np.isnat(cases["resolved_at"]) & surveyed[cases["account"]])
    asked = asked[generator.random(len(asked)) < 0.55]
    sent_at = cases["resolved_at"][asked] + days(
        generator.uniform(0.02, 1.0, len(asked))
    )
    blocks.append(
        (
            np.where(generator.random(len(asked)) < 0.7, CSAT, CES),
            cases["account"][asked],
            cases["contact"][asked],
            sent_at,
            asked,
        )
    )
    # onboarding survey after two to three months
    new = np.flatnonzero(surveyed & (accounts.first_start >= settings.start_date - 60))
    sent_at = at_office_hours(
        accounts.first_start[new] + generator.integers(50, 95, len(new)), generator
    )
    new, sent_at = (
        new[world.customers.is_active(new, sent_at)],
        sent_at[world.customers.is_active(new, sent_at)],
    )
    blocks.append(
        (
            np.full(len(new), ONBOARDING),
            new,
            contacts.first[new],
            sent_at,
            np.full(len(new), -1),
        )
    )

    kind, account, contact, sent_at, case = (
        np.concatenate(parts) for parts in zip(*blocks, strict=True)
    )
    in_period = (sent_at <= settings.end) & (sent_at >= settings.start_date)
    order = np.flatnonzero(in_period)[np.argsort(sent_at[in_period], kind="stable")]
    kind, account, contact, sent_at, case = (
        kind[order],
        account[order],
        contact[order],
        sent_at[order],
        case[order],
    )
    invitations = Table(
        "survey",
        "invitations",
        {
            "invitation_id": identifier("svi", np.arange(len(kind)), 7),
            "account_id": identifier("acct", account),
            "contact_id": identifier("con", contact, 7),
            "survey_type": label(SURVEY_TYPES, kind),
            "sent_at": moment(sent_at),
        },
        key="invitation_id",
        happened="sent_at",
        changed=sent_at,
    )

    health = latent.at(account, sent_at, "sentiment")
    responded_at = sent_at + days(0.01 + generator.exponential(2.5, len(kind)))
    # who has just begun likes to tell how it went
    willing = np.where(kind == ONBOARDING, 0.3, -0.9)
    answered = (generator.random(len(kind)) < logistic(willing + 0.45 * health)) & (
        responded_at <= settings.end
    )
    rows = np.flatnonzero(answered)
    kind, health = kind[rows], health[rows]
    noise = generator.standard_normal(len(rows))
    score = np.select(
        [kind == NPS, kind == CSAT, kind == CES],
        [
            np.clip(np.round(7.6 + 1.3 * health + 1.8 * noise), 0, 10),
            np.clip(np.round(4.0 + 0.5 * health + 0.9 * noise), 1, 5),
            np.clip(np.round(5.0 + 0.7 * health + 1.2 * noise), 1, 7),
        ],
        np.clip(np.round(3.9 + 0.5 * health + 0.8 * noise), 1, 5),
    )
    responses = Table(
        "survey",
        "responses",
        {
            "response_id": identifier("svr", np.arange(len(rows)), 7),
            "invitation_id": identifier("svi", rows, 7),
            "account_id": identifier("acct", account[rows]),
            "contact_id": identifier("con", contact[rows], 7),
            "survey_type": label(SURVEY_TYPES, kind),
            "score": whole(score),
            "comment": text(
                np.array(COMMENTS)[generator.integers(0, len(COMMENTS), len(rows))]
            ),
            "responded_at": moment(responded_at[rows]),
            "case_id": identifier("case", case[rows], 7),
        },
        key="response_id",
        happened="responded_at",
        changed=responded_at[rows],
        unknown_at_first=("comment",),
        dirt=[
            Dirt("nps_of_11", "score", "'11'", only_rows=kind == NPS),
            Dirt("unreadable_score", "score", "'n/a'"),
        ],
    )
    return [invitations, responses]
