#!/usr/bin/env python3
"""Invents a B2B SaaS company's raw data, as its CRM, billing, surveys, product and
marketing would deliver it: <out>/<source>/<table>.csv, and Parquet for the two
large tables (usage.events, marketing.touches).

How the data comes about
    Every account has a hidden health, weekly, that returns to a baseline of the
    account's own and is hit by shocks: a champion leaves, an outage, a bad
    release of a product, one outage day for all. Each source sees it late (its
    own lag per account), biased and noisy. Health shortly before the end of a
    term drives, by chance and not by rule, whether the account leaves, shrinks,
    renews as it was, or grows. December holidays quieten everybody.

What is planted, so that a validation can find it (again in _truth/truth.json)
    Against convention
        crm.cases, case_type 'question' and 'feature_request': more = healthier
        marketing.touches, 'clicked' over 'delivered': higher = about to leave
    Best in the middle
        crm.activities, number of 'meeting': few and many = less healthy
    No effect at all
        marketing.touches, 'web' visits to page_category 'product'
        marketing.touches, 'event' attendance
        marketing.market_events, 'market_index' and 'news'
        billing.subscriptions, discount (1 - mrr / list_mrr)
        quiet accounts: no activities and hardly any usage, for no reason
    Biased
        crm.csm_assessments: every seventh CSM rates 1.2 points too high
        billing.payments: a habit of paying late or early, besides health

What follows health, and how strongly, is in the parameters of _truth/truth.json too:
    who leaves, answers e-mails, tries new features, is recommended to colleagues.
    Every signal in seeds/signals.csv differs among accounts, also on the last days.

What real data has, and so has this
    Accounts that begin, leave, come back after a gap, are merged (one chain
    A->B->C; for 60 days records still carry the old id), change owner, segment,
    tier or parent; parents and children; prospects; accounts that nobody surveys;
    opportunities that are still open, cases that nobody solves, requests that wait;
    several subscriptions, upgrades within a term, other currencies (XYZ has no
    exchange rate); credit notes, failed, disputed and refunded payments.
    Late rows (1 %), doubled rows (0.2 %), older versions of a record (2 %),
    soft-deleted records (0.3 %) and about 0.5 % dirty rows: missing keys,
    unreadable dates, dates in 2199, unknown account ids, impossible scores,
    unknown, padded and oddly written words. Unusable rows are additional copies
    with keys of their own (key + 'x' + number; soft-deleted: key + 'd'), so that
    no good record is lost; oddly written words are changed in place. How many of
    each are in which table is in _truth/truth.json.

Dates: facts end with --end-date (apart from the planted 2199); planned dates may
lie after it. _loaded_at is when a row first arrived. Personal data is invented:
every family name is Kanarienvogel, every address ends in @canary.example.

The same arguments give the same content.
"""

from __future__ import annotations

import argparse
import datetime
import json
import shutil
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
from demo_data import marketing, usage
from demo_data.billing import billing_tables
from demo_data.crm import crm_tables
from demo_data.crm_accounts import account_tables
from demo_data.customer_success import customer_success_tables
from demo_data.opportunities import opportunity_tables
from demo_data.people import make_contacts
from demo_data.raw_files import RawWriter
from demo_data.subscriptions import simulate_subscriptions
from demo_data.survey import survey_tables
from demo_data.truth import write_truth
from demo_data.world import LatentHealth, Settings, World, make_accounts
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table as RichTable

PROJECT = Path(__file__).resolve().parent.parent
MARKER = ".made_by_generate_demo_data.json"
UNFINISHED = ".unfinished"
FOLDERS = ("crm", "billing", "survey", "usage", "marketing", "_truth")
TABLES = 26


def parse_arguments(arguments: list[str] | None = None) -> tuple[Settings, bool]:
    parser = argparse.ArgumentParser(
        description="Invents raw data of a B2B SaaS company, to try the project out.",
        epilog="The same arguments give the same data. See the top of this file.",
    )
    parser.add_argument(
        "--accounts",
        type=int,
        default=300,
        metavar="N",
        help="how many accounts (default: 300)",
    )
    parser.add_argument(
        "--days",
        type=int,
        default=730,
        metavar="D",
        help="how many days of history (default: 730)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=42,
        metavar="S",
        help="another seed gives another company (default: 42)",
    )
    parser.add_argument(
        "--end-date",
        default="2026-06-30",
        metavar="DATE",
        help="last day of history, as YYYY-MM-DD (default: 2026-06-30)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=PROJECT / "data" / "raw",
        metavar="DIR",
        help="folder to write to (default: data/raw in the project)",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="write even if the folder holds something that this script did not make; "
        f"replaces its subfolders {', '.join(FOLDERS)}",
    )
    given = parser.parse_args(arguments)
    if given.accounts < 20:
        parser.error(
            "--accounts must be at least 20: fewer have no peers to compare with."
        )
    if given.days < 60:
        parser.error("--days must be at least 60: less history has no trend.")
    if given.days > 3650:
        parser.error("--days must be at most 3650 (ten years).")
    if given.seed < 0:
        parser.error("--seed must be zero or more.")
    try:
        end_date = datetime.date.fromisoformat(given.end_date)
    except ValueError:
        parser.error(
            f"--end-date {given.end_date!r} is not a date. "
            "Write it as YYYY-MM-DD, such as 2026-06-30."
        )
    return Settings(
        given.accounts, given.days, given.seed, np.datetime64(end_date, "D"), given.out
    ), given.overwrite


def prepare(out: Path, overwrite: bool) -> Path:
    """Makes sure that nobody's data is lost. Returns an empty folder to write to."""
    if out.exists() and not out.is_dir():
        sys.exit(f"{out} is a file. Give a folder with --out.")
    foreign = (
        out.is_dir()
        and not (out / MARKER).exists()
        and any(entry.name != ".gitkeep" for entry in out.iterdir())
    )
    if foreign and not overwrite:
        sys.exit(
            f"{out} holds files that this script did not make; nothing was written.\n"
            "Give another folder with --out, or add --overwrite to replace its "
            "subfolders "
            f"{', '.join(FOLDERS)}."
        )
    unfinished = out / UNFINISHED
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        (out / MARKER).touch()
    except OSError as problem:
        sys.exit(
            f"Cannot write to {out}: {problem.strerror}. "
            "Give a folder that you may write to with --out."
        )
    return unfinished


def publish(unfinished: Path, settings: Settings) -> None:
    """Replaces the folders of an earlier run by the finished ones."""
    for name in FOLDERS:
        shutil.rmtree(settings.out / name, ignore_errors=True)
        (unfinished / name).rename(settings.out / name)
    unfinished.rmdir()
    made_with = {
        "accounts": settings.accounts,
        "days": settings.days,
        "seed": settings.seed,
        "end_date": str(settings.end_date),
    }
    (settings.out / MARKER).write_text(json.dumps(made_with) + "\n", encoding="utf-8")


def generate(settings: Settings, folder: Path, progress: Progress) -> RawWriter:
    """Writes all tables and the truth below `folder`."""
    event_chunks = -(-settings.accounts // usage.ACCOUNTS_PER_CHUNK)
    touch_chunks = -(-settings.accounts // marketing.ACCOUNTS_PER_CHUNK)
    task = progress.add_task(
        "hidden health and subscriptions",
        total=TABLES - 2 + event_chunks + touch_chunks + 2,
    )

    def written(table: str) -> None:
        progress.update(task, advance=1, description=table)

    writer = RawWriter(folder, settings.seed, settings.end_date, written)
    accounts = make_accounts(settings)
    latent = LatentHealth(settings, accounts)
    versions, customers, outcomes = simulate_subscriptions(settings, accounts, latent)
    world = World(settings, accounts, latent, customers)
    written("crm.accounts")

    contacts, contact_table = make_contacts(world)
    tables, owners = account_tables(world)
    for table in (*tables, contact_table):
        writer.write_csv(table)
    tables, cases = crm_tables(world, contacts, owners)
    tables += customer_success_tables(world, contacts, owners)
    for table in tables:
        writer.write_csv(table)
    for table in survey_tables(world, contacts, cases):
        writer.write_csv(table)
    del tables, cases
    for table in (
        *opportunity_tables(world, contacts, versions),
        *billing_tables(world, versions),
        *marketing.marketing_tables(world),
    ):
        writer.write_csv(table)
    tables, users = usage.usage_tables(world, contacts)
    for table in tables:
        writer.write_csv(table)
    del tables
    for chunk, table in enumerate(marketing.touch_chunks(world, contacts)):
        writer.write_parquet(table, chunk, touch_chunks)
    for chunk, table in enumerate(usage.event_chunks(world, users, versions)):
        writer.write_parquet(table, chunk, event_chunks)
    write_truth(world, outcomes, writer, folder / "_truth")
    written("truth")
    return writer


def main() -> None:
    settings, overwrite = parse_arguments()
    console = Console()
    started = time.monotonic()
    unfinished = prepare(settings.out, overwrite)
    try:
        writer = generate_with_progress(settings, unfinished, console)
    except KeyboardInterrupt:
        sys.exit("Stopped. Nothing was replaced; run the same command again.")
    except (OSError, duckdb.IOException) as problem:
        sys.exit(
            f"Could not write to {settings.out}: {problem}\n"
            "Free some space, or give another folder with --out."
        )
    publish(unfinished, settings)
    report(writer, settings, time.monotonic() - started, console)


def generate_with_progress(
    settings: Settings, unfinished: Path, console: Console
) -> RawWriter:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        return generate(settings, unfinished, progress)


def report(
    writer: RawWriter, settings: Settings, seconds: float, console: Console
) -> None:
    """Says what was written where."""
    summary = RichTable("table", "rows")
    summary.columns[1].justify = "right"
    for table in sorted(writer.rows):
        summary.add_row(table, f"{writer.rows[table]:,}")
    console.print(summary)
    console.print(
        f"Wrote {settings.accounts:,} accounts with {settings.days} days up to "
        f"{settings.end_date} to {settings.out} in {seconds:.0f} s.\n"
        f"What was planted, and the hidden health: {settings.out / '_truth'}",
        soft_wrap=True,
        highlight=False,
    )


if __name__ == "__main__":
    main()
