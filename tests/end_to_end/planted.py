"""A made-up history in which it is known what makes accounts leave.

Published marts and seeds of a company whose accounts leave by planted weights: every
month an account's chance to leave grows with exp(-slope × the planted score).
"""

import calendar
import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np

# signal: its dimension and planted points of 100
PLANTED = {
    "a_great": ("adoption", 30),
    "a_small": ("adoption", 10),
    "s_great": ("support", 25),
    "s_small": ("support", 5),
    "r_great": ("relationship", 20),
    "r_none": ("relationship", 0),
    "f_small": ("financial", 10),
    "f_none": ("financial", 0),
}
TODAY = dict.fromkeys(PLANTED, 12.5)
WIDE = (0, 0.7)
FIRST = date(2023, 1, 31)


@dataclass(frozen=True)
class Company:
    """How it is made; the same is the same to the last digit."""

    accounts: int = 900
    months: int = 20
    slope: float = 1.2
    """Of the chance to leave, per ten points; 0 is pure noise."""
    monthly_losses: float = 0.04
    seed: int = 5
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Of dimensions that have narrower ones than the others."""
    today: dict[str, float] = field(default_factory=lambda: dict(TODAY))
    may_know: str | None = None
    """A signal that tells the outcome, since it knows it."""
    unknown: float = 0.15
    """The share of values that nobody measured."""


def month_end(number: int) -> date:
    year, month = divmod(FIRST.month - 1 + number, 12)
    year += FIRST.year
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def make(folder: Path, company: Company) -> Path:
    """Makes <folder>/published and <folder>/seeds."""
    generator = np.random.default_rng(company.seed)
    signals = list(PLANTED)
    shares = np.array([points for _, points in PLANTED.values()]) / 100
    health, cells, outcomes = [], [], []
    ids = [f"acct_{number:05}" for number in range(company.accounts)]
    since = np.full(company.accounts, -20)
    base = generator.uniform(0, 100, (company.accounts, len(signals)))
    values = base
    for number in range(company.months):
        day = month_end(number)
        values = np.clip(
            0.5 * values
            + 0.5 * base
            + generator.normal(0, 12, (company.accounts, len(signals))),
            0,
            100,
        )
        score = values @ shares
        chance = company.monthly_losses * np.exp(-company.slope * (score - 50) / 10)
        leaves = generator.random(company.accounts) < chance
        known = generator.random(values.shape) >= company.unknown
        shown = values.round(6)
        if company.may_know:
            shown[:, signals.index(company.may_know)] = np.where(leaves, 0, 100)
        for place, account in enumerate(ids):
            health.append((account, day, 30 * int(number - since[place])))
            for column, signal in enumerate(signals):
                cells.append(
                    (account, day, signal, float(shown[place, column]), "measured")
                    if known[place, column]
                    else (account, day, signal, None, "missing")
                )
            if leaves[place]:
                left_on = day + timedelta(days=int(generator.integers(8, 27)))
                outcomes.append((account, "churned", left_on))
        # somebody else comes for each who leaves
        for place in np.flatnonzero(leaves):
            ids[place] = f"{ids[place]}n"
            since[place] = number
            base[place] = values[place] = generator.uniform(0, 100, len(signals))
    _write_marts(folder / "published" / "parquet", health, cells, outcomes)
    _write_seeds(folder / "seeds", company)
    return folder


def _write_marts(parquet: Path, health: list, cells: list, outcomes: list) -> None:
    parquet.mkdir(parents=True)
    tables = {
        "account_health_daily": (
            ("account_id", "snapshot_date", "tenure_days"),
            health,
        ),
        "signal_scores_daily": (
            ("account_id", "snapshot_date", "signal", "value", "status"),
            cells,
        ),
        "account_outcomes": (("account_id", "outcome", "outcome_date"), outcomes),
    }
    more = {
        "account_health_daily": ", 'default' as scorecard, 1 as scorecard_version,"
        " cast(null as double) as uncapped_health_score, 'run-1' as run_id"
    }
    with duckdb.connect() as connection:
        for name, (columns, rows) in tables.items():
            arrays = {
                column: np.array(values, dtype=float if column == "value" else None)
                for column, values in zip(columns, zip(*rows, strict=True), strict=True)
            }
            for column in ("snapshot_date", "outcome_date"):
                if column in arrays:
                    arrays[column] = arrays[column].astype("datetime64[D]").astype(str)
            connection.register("arrays", arrays)
            selected = ", ".join(
                f"cast({column} as date) as {column}"
                if column.endswith("_date")
                else f"if(isnan(value), null, value) as {column}"
                if column == "value"
                else column
                for column in columns
            )
            connection.execute(
                f"copy (select {selected}{more.get(name, '')} from arrays)"
                f" to '{parquet / name}.parquet' (format parquet)"
            )
            connection.unregister("arrays")


def _write_seeds(seeds: Path, company: Company) -> None:
    seeds.mkdir()
    dimensions = list(dict.fromkeys(name for name, _ in PLANTED.values()))
    write(
        seeds / "dimensions.csv",
        ("dimension", "axis", "label", "description"),
        [(name, "impact", name.title(), "-") for name in dimensions],
    )
    write(
        seeds / "signals.csv",
        ("signal", "label", "dimension", "better", "used_from_days_before_outcome"),
        [
            (name, name.title(), dimension, "more", 90 * (name == company.may_know))
            for name, (dimension, _) in PLANTED.items()
        ],
    )
    write(
        seeds / "calibration_bounds.csv",
        ("dimension", "minimum_share", "maximum_share", "set_by", "reason"),
        [(name, *company.bounds.get(name, WIDE), "test", "-") for name in dimensions],
    )
    selectors = "customer_type,segment,industry,region,size_band,service_tier,product"
    write(
        seeds / "scorecards.csv",
        ["scorecard", "version", "priority", *selectors.split(","), "lifecycle_stage"]
        + ["effective_from", "effective_to", "status", "minimum_coverage"]
        + ["changed_by", "change_reason"],
        [
            ("default", 1, 0, *[""] * 8, "1900-01-01", "", "published", 0.3)
            + ("test", 'Said "so", by whom')
        ],
    )
    write(
        seeds / "scorecard_dimensions.csv",
        ("scorecard", "version", "dimension", "weight"),
        [
            (
                "default",
                1,
                name,
                sum(
                    company.today[signal]
                    for signal, (dimension, _) in PLANTED.items()
                    if dimension == name
                ),
            )
            for name in dimensions
        ],
    )
    write(
        seeds / "scorecard_signals.csv",
        ("scorecard", "version", "signal", "weight", "shape", "zero_at", "fifty_at")
        + ("hundred_at", "hundred_until", "zero_again_at", "missing_policy"),
        [
            ("default", 1, signal, company.today[signal], "linear", 0, 50, 100, "", "")
            + ("redistribute",)
            for signal in PLANTED
        ],
    )


def write(file: Path, columns, rows) -> None:
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
