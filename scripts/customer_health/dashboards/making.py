"""Makes all pages from a published folder."""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml
from rich.console import Console

from customer_health.dashboards import (
    NoDashboards,
    account,
    data,
    overview,
    pages,
    portfolio,
    validation,
    work_list,
)
from customer_health.dashboards.published import Published
from customer_health.dbt import PROJECT, given_path

console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)


@dataclass(frozen=True)
class Made:
    folder: Path
    bytes: int
    seconds: float
    left_out: int
    """Accounts for which there was no room on the page of accounts."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/dashboards",
        description="Makes offline pages from what scripts/build published. Settings:"
        " dashboard_accounts and dashboard_days in dbt_project.yml.",
    )
    parser.add_argument(
        "--published",
        type=given_path,
        default=PROJECT / "published",
        help="folder that scripts/build published to; pages go to dashboards/ in it",
    )
    arguments = parser.parse_args()
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    try:
        made = make(arguments.published, settings)
    except NoDashboards as problem:
        console.print("[bold red]No dashboards.[/]")
        console.print(str(problem), highlight=False, markup=False)
        return 1
    tell(made)
    return 0


def tell(made: Made) -> None:
    """Says where the pages are."""
    console.print(
        f"Dashboards: {made.folder / 'index.html'}"
        f" ({made.bytes / 1e6:.0f} MB, {made.seconds:.0f} s)",
        highlight=False,
    )
    if made.left_out:
        console.print(
            f"The page of accounts leaves out {made.left_out:,}: see dashboard_accounts"
            " in dbt_project.yml."
        )


def make(folder: Path, settings: dict[str, object]) -> Made:
    """Writes all pages to dashboards/ in a published folder."""
    began = time.monotonic()
    days = int(settings["dashboard_days"])
    accounts = int(settings["dashboard_accounts"])
    currency = str(settings["reporting_currency"])
    place = folder / "dashboards"
    published = Published(folder)
    try:
        published.look()
        place.mkdir(exist_ok=True)
        left_out = account.choose(published, accounts)
        written = [
            overview.write(published, place, currency),
            pages.write(
                published,
                place,
                "portfolio",
                portfolio.panels(published, days, currency),
                heading="Portfolio",
            ),
            work_list.write(published, place, days, currency),
            account.write(published, place, days, currency, left_out),
            validation.write(published, place),
            data.write(published, place, days),
        ]
    except duckdb.Error as problem:
        raise NoDashboards(
            f"{folder} does not hold what this version of the project publishes: run"
            f" scripts/build again.\n{str(problem).splitlines()[0]}"
        ) from None
    except OSError as problem:
        raise NoDashboards(f"The pages cannot be written: {problem}") from None
    finally:
        published.close()
    return Made(
        place,
        sum(path.stat().st_size for path in written),
        time.monotonic() - began,
        left_out,
    )
