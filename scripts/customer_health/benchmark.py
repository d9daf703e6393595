"""The command scripts/benchmark: how fast the project is, on the demo generator's data.

daily      the nightly run, which adds a day to history, by number of accounts
year       the first build of a year of history, in smaller and in larger runs
scale      first builds of more and more days and accounts
history    the nightly run with a short and with a long history behind it
reference  the same scores by hand-written SQL: how much longer the project takes
engines    the nightly run on DuckDB and on Spark
versions   the nightly run and a first build on two versions of DuckDB

Raw data, histories and samples stay in the folder of --work, so that a benchmark that
was stopped goes on where it was. Those of other code are not used.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from rich.console import Console

from customer_health.benchmark_report import (
    gigabytes,
    machine,
    markdown,
    put_into_readme,
    stamp,
    summary,
)
from customer_health.dbt import PROJECT, given_path
from customer_health.measure import PHASES, CommandFailed, measured
from customer_health.samples import DUCKDB, SPARK, ReferenceSamples, Samples, Variant

OTHER_DUCKDB = "1.5.6"


@dataclass(frozen=True)
class Sizes:
    """How large everything is that is measured."""

    daily_accounts: list[int]
    accounts: int
    """Of history and year, and the most of scale."""
    few_accounts: int
    """Of engines and versions, and the fewest of scale."""
    days_before: int
    """Of history before the daily run."""
    short_history: int
    year: int
    days_per_run: list[int]
    """Of the runs of year; the last of them also of all other first builds."""


QUICK = Sizes(
    daily_accounts=[40],
    accounts=40,
    few_accounts=30,
    days_before=20,
    short_history=5,
    year=20,
    days_per_run=[12],
)


def sizes(accounts: list[int], days_per_run: list[int]) -> Sizes:
    """The sizes for numbers of accounts, of which the middle one is the standard."""
    middle = sorted(accounts)[len(accounts) // 2]
    return Sizes(
        daily_accounts=accounts,
        accounts=middle,
        few_accounts=max(20, middle // 10),
        days_before=7,
        short_history=30,
        year=365,
        days_per_run=days_per_run,
    )


# Measurements: functions of samples and sizes that return a title, a table (columns and
# rows) and ratios


def daily(samples: Samples, sizes: Sizes) -> dict:
    taken = samples.take(
        {
            f"{accounts:,} accounts": samples.daily(accounts, sizes.days_before)
            for accounts in sizes.daily_accounts
        }
    )
    return {
        "title": f"The daily run, with {sizes.days_before} days of history behind it",
        **phase_table(taken),
        "samples": taken,
    }


def year(samples: Samples, sizes: Sizes) -> dict:
    taken = samples.take(
        {
            f"{days} days per run": samples.first_build(
                sizes.accounts, sizes.year, days, is_kept=True
            )
            for days in sizes.days_per_run
        }
    )
    return {
        "title": f"The first build of {sizes.year} days, {sizes.accounts:,} accounts",
        **phase_table(taken),
        "samples": taken,
    }


def scale(samples: Samples, sizes: Sizes) -> dict:
    few, many = sizes.few_accounts, sizes.accounts
    shapes = [(few, days) for days in (sizes.year // 4, sizes.year // 2, sizes.year)]
    shapes += [
        (accounts, sizes.year) for accounts in sorted({min(3 * few, many), many})
    ]
    taken = samples.take(
        {
            f"{accounts:,} × {days}": samples.first_build(
                accounts, days, sizes.days_per_run[-1]
            )
            for accounts, days in shapes
        }
    )
    least_days, _, least_accounts, *_, most = taken.values()
    return {
        "title": "First builds of more and more days and accounts,"
        f" {sizes.days_per_run[-1]} days per run",
        "columns": [
            "accounts × days",
            "account-days",
            "seconds",
            "model seconds",
            "account-days per model second",
            "peak memory, GB",
        ],
        "rows": [
            [
                label,
                of[0]["account_days"],
                middle(of, "seconds"),
                middle(of, "model_seconds"),
                round(of[0]["account_days"] / middle(of, "model_seconds")),
                gigabytes(of),
            ]
            for label, of in taken.items()
        ],
        "ratios": [
            ratio(
                f"Model seconds per account-day, {sizes.year} days over"
                f" {sizes.year // 4} days",
                per_account_day(least_accounts),
                per_account_day(least_days),
                target=1.0,
            ),
            ratio(
                f"Model seconds per account-day, {many:,} accounts over {few:,}",
                per_account_day(most),
                per_account_day(least_accounts),
                target=1.0,
            ),
        ],
        "samples": taken,
    }


def history(samples: Samples, sizes: Sizes) -> dict:
    short, long = sizes.short_history, sizes.year
    taken = samples.take(
        {
            f"{days} days behind": samples.daily(sizes.accounts, days)
            for days in (short, long)
        },
        ratio_of="history",
    )
    return {
        "title": f"The daily run by length of history, {sizes.accounts:,} accounts",
        **phase_table(taken),
        "ratios": [
            ratio(
                f"Model seconds with {long} days of history over those with {short}",
                taken[f"{long} days behind"],
                taken[f"{short} days behind"],
                target=1.1,
            )
        ],
        "samples": taken,
    }


def reference(samples: Samples, sizes: Sizes) -> dict:
    accounts, days = sizes.accounts, sizes.year
    by_hand = ReferenceSamples(samples, accounts, days)
    cases = {
        "First build": (
            samples.first_build(accounts, days, sizes.days_per_run[-1], is_kept=True),
            by_hand.first_build(),
            2.0,
        ),
        "Daily run": (samples.daily(accounts, days), by_hand.daily(), 1.3),
    }
    rows, ratios, all_samples = [], [], {}
    for kind, (of_project, of_reference, target) in cases.items():
        labels = f"{kind}, project", f"{kind}, reference"
        taken = samples.take(
            dict(zip(labels, (of_project, of_reference), strict=True)),
            ratio_of="reference",
        )
        both = [taken[label] for label in labels]
        rows.append([kind, *(middle(of, "model_seconds") for of in both)])
        ratios.append(
            ratio(
                f"{kind}: model seconds over the seconds of the reference",
                *both,
                target=target,
            )
        )
        all_samples |= taken
    compared = samples.sample(by_hand.comparison(), turn=0, ratio_of="reference")
    return {
        "title": f"The reference, {accounts:,} accounts and {days} days",
        "columns": ["", "model seconds", "seconds of the reference"],
        "rows": rows,
        "ratios": ratios,
        "notes": [
            f"Of {compared['compared']:,} rows that were compared,"
            f" {compared['differing'] or 'none'} differ"
        ],
        "samples": all_samples,
    }


def engines(samples: Samples, sizes: Sizes) -> dict:
    return on_variants(samples, sizes, [DUCKDB, SPARK], first_builds=False)


def versions(samples: Samples, sizes: Sizes) -> dict:
    packages = samples.work / f"duckdb-{OTHER_DUCKDB}"
    if not (packages / "duckdb").exists():
        install = (
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
            *("--disable-pip-version-check", f"--target={packages}"),
            f"duckdb=={OTHER_DUCKDB}",
        )
        samples.step(
            f"Fetching DuckDB {OTHER_DUCKDB}", lambda tell: measured(install, tell)
        )
    other = Variant(f"DuckDB {OTHER_DUCKDB}", packages=packages)
    return on_variants(samples, sizes, [DUCKDB, other], first_builds=True)


def on_variants(
    samples: Samples, sizes: Sizes, variants: list[Variant], first_builds: bool
) -> dict:
    """The daily run, and maybe a first build, on one variant and on another."""
    accounts, days = sizes.few_accounts, sizes.days_before
    kinds = {"Daily run": lambda variant: samples.daily(accounts, days, variant)}
    if first_builds:
        kinds["First build"] = lambda variant: samples.first_build(
            accounts, sizes.year, sizes.days_per_run[-1], variant
        )
    taken, ratios = {}, []
    for kind, case in kinds.items():
        of_kind = samples.take(
            {f"{kind}, {variant.name}": case(variant) for variant in variants},
            ratio_of=f"{variants[1].name} to {variants[0].name}",
        )
        one, other = of_kind.values()
        ratios.append(
            ratio(
                f"{kind}: model seconds on {variants[1].name} over those on"
                f" {variants[0].name}",
                other,
                one,
            )
        )
        taken |= of_kind
    return {
        "title": f"{variants[0].name} and {variants[1].name}, {accounts:,} accounts",
        **phase_table(taken),
        "ratios": ratios,
        "samples": taken,
    }


MEASUREMENTS: dict[str, Callable[[Samples, Sizes], dict]] = {
    "daily": daily,
    "year": year,
    "scale": scale,
    "history": history,
    "reference": reference,
    "engines": engines,
    "versions": versions,
}


# Figures from samples


def phase_table(taken: dict[str, list[dict]]) -> dict:
    """Columns and rows: medians of seconds per phase, and more, a column per case."""
    # samples of earlier versions lack some phases
    rows = [
        [
            phase,
            *(
                median(one["phases"].get(phase, 0.0) for one in of)
                for of in taken.values()
            ),
        ]
        for phase in PHASES
    ]
    for name, figure in {
        "**all of scripts/build**": lambda of: middle(of, "seconds"),
        "model seconds": lambda of: middle(of, "model_seconds"),
        "runs of dbt": lambda of: of[0]["runs_of_dbt"],
        "account-days in the warehouse": lambda of: of[0]["account_days"],
        "peak memory, GB": gigabytes,
    }.items():
        rows.append([name, *map(figure, taken.values())])
    return {"columns": ["seconds", *taken], "rows": rows}


def middle(of: list[dict], name: str) -> float:
    return median(one[name] for one in of)


def per_account_day(of: list[dict]) -> list[dict]:
    """Samples with their model seconds divided by their account-days."""
    return [{"model_seconds": one["model_seconds"] / one["account_days"]} for one in of]


def ratio(
    what: str, upper: list[dict], lower: list[dict], target: float | None = None
) -> dict:
    """Model seconds over model seconds, of samples that were taken in pairs."""
    pairs = [
        one["model_seconds"] / other["model_seconds"]
        for one, other in zip(upper, lower, strict=True)
    ]
    return {"what": what, "pairs": pairs, "median": median(pairs), "target": target}


# The command


def main() -> int:
    """Measures, and writes the results; returns 1 when a build failed."""
    arguments = parse_arguments()
    console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)
    chosen = (
        QUICK if arguments.quick else sizes(arguments.accounts, arguments.days_per_run)
    )
    samples = Samples(
        arguments.work, arguments.repeat, chosen.days_per_run[-1], console
    )
    if arguments.again:
        samples.forget()
    stamped = stamp()
    results = {"machine": machine(), "measurements": {}}
    if arguments.results.exists():
        known = json.loads(arguments.results.read_text())
        if known["machine"] == results["machine"]:
            results = known
    for number, name in enumerate(arguments.measurements, start=1):
        console.rule(f"{name}: {number} of {len(arguments.measurements)}")
        try:
            found = MEASUREMENTS[name](samples, chosen)
        except CommandFailed as failure:
            console.print(f"\n[bold red]{name} was not measured:[/]")
            console.print(str(failure), highlight=False, markup=False)
            return 1
        command = {"command": command_of(name, arguments)}
        results["measurements"][name] = command | stamped | found
        results["measurements"] = {
            known: results["measurements"][known]
            for known in MEASUREMENTS
            if known in results["measurements"]
        }
        arguments.results.parent.mkdir(parents=True, exist_ok=True)
        arguments.results.write_text(json.dumps(results, indent=1) + "\n")
        arguments.results.with_suffix(".md").write_text(markdown(results))
        only = results | {"measurements": {name: results["measurements"][name]}}
        console.print(markdown(only), highlight=False, markup=False)
    if arguments.readme:
        put_into_readme(summary(results), PROJECT / "README.md")
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "measurements",
        nargs="*",
        metavar="measurement",
        help=f"what to measure, of {', '.join(MEASUREMENTS)}; default all but engines,"
        " for which Spark is installed",
    )
    parser.add_argument(
        "--accounts",
        type=int,
        nargs="+",
        default=[1_000, 10_000, 100_000],
        metavar="N",
        help="of daily; the middle one is that of history, year and scale, a tenth"
        " of it that of the others; default 1000 10000 100000",
    )
    parser.add_argument(
        "--days-per-run",
        type=int,
        nargs="+",
        default=[30, 90],
        metavar="N",
        help="most days that a run of a first build scores; default 30 90",
    )
    parser.add_argument(
        "--repeat",
        type=int,
        default=3,
        help="how often each build is measured, ratios in pairs; default 3",
    )
    parser.add_argument(
        "--work",
        type=given_path,
        default=PROJECT / "data" / "benchmark",
        help="folder for raw data, histories and samples; default data/benchmark",
    )
    parser.add_argument(
        "--results",
        type=given_path,
        help="JSON file for the results, with a page of the same name beside it;"
        " measurements that it has already are kept; default docs/benchmark.json, or"
        " with --quick a file in the folder of --work",
    )
    parser.add_argument(
        "--again", action="store_true", help="measure again what is known already"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="tiny sizes: does the benchmark itself run?",
    )
    parser.add_argument(
        "--readme", action="store_true", help="put a summary of them into README.md"
    )
    arguments = parser.parse_args()
    unknown = set(arguments.measurements) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}")
    if arguments.quick and arguments.readme:
        parser.error("what --quick measures is not for the README")
    if not arguments.results:
        arguments.results = (
            arguments.work / "quick.json"
            if arguments.quick
            else PROJECT / "docs" / "benchmark.json"
        )
    if not arguments.measurements:
        arguments.measurements = [name for name in MEASUREMENTS if name != "engines"]
    return arguments


def command_of(name: str, arguments: argparse.Namespace) -> str:
    """The command that measures the same again."""
    options = ["--quick"]
    if not arguments.quick:
        options = [
            *("--accounts", *arguments.accounts),
            *("--days-per-run", *arguments.days_per_run),
        ]
    words = ["scripts/benchmark", name, *options, "--repeat", arguments.repeat]
    return " ".join(str(word) for word in words)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again: it goes on.")
        sys.exit(130)
