"""The command scripts/calibrate: weights and knots from history, as a candidate."""

import argparse
import csv
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from customer_health.build import default_settings, given_settings
from customer_health.calibration import CannotCalibrate
from customer_health.calibration.calibrating import (
    SEED,
    Result,
    Settings,
    calibrate,
)
from customer_health.calibration.history import OUTCOMES, History, Window
from customer_health.calibration.report import (
    Context,
    plain_words,
    verdict,
    write_report,
)
from customer_health.calibration.scorecards import (
    append_candidate,
    dimension_labels,
    read_bounds,
    read_scorecard,
)
from customer_health.dbt import PROJECT, given_path

SEEDS = PROJECT / "seeds"
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)


def main() -> int:
    """Returns 0 when it could be told which weights are better, else 1."""
    arguments = parse_arguments()
    try:
        run(arguments)
    except CannotCalibrate as problem:
        console.print(
            "[bold red]Not calibrated.[/] The seeds are as they were.\n",
            highlight=False,
        )
        console.print(str(problem), highlight=False, markup=False)
        return 1
    return 0


def parse_arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/calibrate",
        description="Looks in history for weights and knots of a scorecard that tell"
        " better who leaves than those of today, judges them on the last months, which"
        " the search has not seen, and writes a report. Only what is clearly better is"
        " added to the seeds, as a candidate; nothing is ever published.",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--published",
        type=given_path,
        default=PROJECT / "published",
        help="folder that scripts/build published to; default published/",
    )
    source.add_argument(
        "--warehouse",
        type=given_path,
        help="a warehouse to read instead; it must be idle",
    )
    parser.add_argument("--scorecard", default="default", help="which one to calibrate")
    parser.add_argument(
        "--outcome", choices=[*OUTCOMES], default="lost", help="what is to be told"
    )
    parser.add_argument(
        "--horizon-days",
        type=positive,
        help="days in which it counts; default the headline of"
        " seeds/backtest_windows.csv",
    )
    parser.add_argument(
        "--lead-days",
        type=positive,
        help="days between the score and the first day that counts",
    )
    parser.add_argument(
        "--months", type=positive, help="most ends of months to look at; default 24"
    )
    parser.add_argument(
        "--judged-months",
        type=positive,
        help="how many of the last are only judged on; default three tenths",
    )
    parser.add_argument(
        "--minimum-measured",
        type=share,
        default=Settings.minimum_measured,
        help="a signal that is known in a smaller share of the observations keeps its"
        " weight; default 0.2",
    )
    parser.add_argument(
        "--include-watched",
        action="store_true",
        help="let signals have weight that have none today",
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help="of the draws; the same gives the same"
    )
    parser.add_argument(
        "--out",
        type=given_path,
        help="HTML file to write; default calibration_<scorecard>.html in the published"
        " folder",
    )
    parser.add_argument(
        "--changed-by", default="scripts/calibrate", help="who, as the seed will say"
    )
    writing = parser.add_mutually_exclusive_group()
    writing.add_argument(
        "--write-anyway",
        action="store_true",
        help="add the candidate even when today's weights are as good",
    )
    writing.add_argument(
        "--report-only", action="store_true", help="leave the seeds as they are"
    )
    parser.add_argument(
        "--seeds", type=given_path, default=SEEDS, help="folder with the seeds"
    )
    parser.add_argument(
        "--vars",
        type=given_settings,
        default={},
        help="settings of dbt_project.yml that the builds were given",
    )
    return parser.parse_args(given)


def positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of 1 or more")
    return int(text)


def share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0 to 1")
    return value


def run(arguments: argparse.Namespace) -> Result:
    """Calibrates, writes the report and, when it should, the candidate. Raises
    CannotCalibrate."""
    configured = default_settings() | arguments.vars
    settings = Settings(
        int(configured.get("minimum_outcomes", Settings.minimum_outcomes)),
        arguments.minimum_measured,
        arguments.judged_months,
        arguments.seed,
    )
    headline = headline_window(arguments.seeds)
    window = Window(
        arguments.outcome,
        arguments.horizon_days or headline[0],
        arguments.lead_days or headline[1],
        int(configured["churn_grace_days"]),
    )
    history = History(
        published=None if arguments.warehouse else arguments.published,
        warehouse=arguments.warehouse,
    )
    try:
        scorecard = read_scorecard(
            arguments.seeds,
            arguments.scorecard,
            history.last_day,
            include_watched=arguments.include_watched,
        )
        bounds = read_bounds(arguments.seeds)
        if scorecard.name not in history.other_scorecards():
            raise CannotCalibrate(
                f"No account was ever scored by {scorecard.name}, but by"
                f" {', '.join(history.other_scorecards())}: name one with --scorecard."
            )
        months = arguments.months or int(configured.get("backtest_months", 24))
        console.print(f"Reading {arguments.warehouse or arguments.published} …")
        observations = history.observations(scorecard, window, months)
    finally:
        history.close()

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task("Trying weights", total=None)
        result = calibrate(
            observations,
            scorecard,
            bounds,
            window,
            settings,
            lambda what, done, of: progress.update(
                task, description=what, completed=done, total=of
            ),
        )

    commit = project_commit()
    written = write(arguments, result, history, commit)
    page = arguments.out or arguments.published / f"calibration_{scorecard.name}.html"
    write_report(
        page,
        result,
        Context(
            str((arguments.warehouse or arguments.published).name),
            history.first_day,
            history.last_day,
            history.run_id,
            commit,
            dimension_labels(arguments.seeds),
            written,
            datetime.now(UTC),
        ),
    )
    console.print(f"\n[bold]{verdict(result)}.[/]", highlight=False)
    for sentence in plain_words(result):
        console.print(sentence, highlight=False, markup=False)
    console.print(f"\n{written}\nThe page: {page}", highlight=False, markup=False)
    return result


def headline_window(seeds: Path) -> tuple[int, int]:
    """Horizon and lead of the window by which the score is mainly judged."""
    try:
        with (seeds / "backtest_windows.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                if row["is_headline"] in ("1", "true"):
                    return int(row["horizon_days"]), int(row["lead_days"])
    except FileNotFoundError:
        pass
    return 90, 7


def write(
    arguments: argparse.Namespace, result: Result, history: History, commit: str
) -> str:
    """Adds the candidate to the seeds where it should; says what was done."""
    if arguments.report_only:
        return "Nothing was written to the seeds: --report-only was asked for."
    if not (result.is_better or arguments.write_anyway):
        return "Nothing was written to the seeds."
    version = append_candidate(
        arguments.seeds,
        result.candidate,
        result.points,
        changed_by=arguments.changed_by,
        reason=reason(result, history, commit),
    )
    return (
        f"Version {version} of {result.scorecard.name} is in the seeds as a candidate."
        " It scores nobody: scripts/build tells in scorecard_what_if what it would"
        " change. To use it, add it as a published version from a coming day on."
    )


def reason(result: Result, history: History, commit: str) -> str:
    """Why the candidate is there, for the seed."""
    window, judged = result.window, result.judged
    found = (
        "Calibrated"
        if result.is_better
        else "Calibrated, but not clearly better than today's"
    )
    return (
        f"{found} from version {result.scorecard.version} on"
        f" {result.plan.training[0]} to {result.plan.training[-1]} (who"
        f" {window.outcome_words} in days {window.lead_days + 1} to {window.days})."
        f" AUC within months on {result.plan.judged[0]} to {result.plan.judged[-1]},"
        f" unseen: {judged.before} before, {judged.after} after, difference"
        f" {judged.difference}. Weights are points of 100."
        f" Run {history.run_id}, {commit}"
    )


def project_commit() -> str:
    """The commit of the project, or that there is none."""
    try:
        done = subprocess.run(
            ["git", "-C", PROJECT, "rev-parse", "--short", "HEAD"],
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        return "no commit"
    return f"commit {done.stdout.strip()}" if done.returncode == 0 else "no commit"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("\nStopped. Nothing was written to the seeds.")
        sys.exit(130)
