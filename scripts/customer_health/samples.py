"""Samples for scripts/benchmark: raw data, histories, and what one build takes."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from customer_health.build import default_settings
from customer_health.dbt import PROJECT
from customer_health.measure import CommandFailed, measured, measured_build
from customer_health.reference import compare

END = date(2026, 6, 30)
DAY = timedelta(days=1)
# every account-day of a year looks back a year; of more accounts there is less to read
RAW_DAYS = 730
MOST_RAW_ACCOUNT_DAYS = 10_000 * RAW_DAYS
# a history or sample of other code is not used: this decides what a run does
CODE = ("dbt_project.yml", "macros", "models", "requirements.lock", "seeds")

SCORE = """
import sys, time
from datetime import date
from pathlib import Path
from customer_health.reference import score

raw, out, first, last = sys.argv[1:]
began = time.monotonic()
score(Path(raw), Path(out), date.fromisoformat(first), date.fromisoformat(last))
print(time.monotonic() - began)
"""


@dataclass(frozen=True)
class Variant:
    """What the project runs on."""

    name: str
    engine: str = "duckdb"
    packages: Path | None = None
    """A folder with Python packages instead of those of the environment."""


Tell = Callable[[str], None]
"""Takes a line that says what is going on."""


@dataclass(frozen=True)
class Case:
    """Something that is measured."""

    title: str
    prepare: Callable[[], None]
    take: Callable[[Tell], dict]
    """Does it; returns what measure.measured says, and more."""


DUCKDB = Variant(f"DuckDB {duckdb.__version__}")
SPARK = Variant("Spark", "spark")


class Samples:
    """Makes raw data and histories, takes samples, and keeps all in one folder."""

    def __init__(
        self, work: Path, repeat: int, days_per_run: int, console: Console
    ) -> None:
        """`days_per_run` is for histories, which may be long."""
        self.work = work
        self.repeat = repeat
        self.days_per_run = days_per_run
        self.console = console
        self.running = work / "running"
        self.code = work / f"code-{digest_of_code()}"

    def forget(self) -> None:
        """Forgets what was measured; raw data and histories stay."""
        shutil.rmtree(self.code / "samples", ignore_errors=True)

    def take(self, cases: dict[str, Case], ratio_of: str = "") -> dict[str, list[dict]]:
        """Samples of each case, which take turns, every other time in reverse order.

        Two measurements share what both need, but not samples for the `ratio_of`
        something: these are to be taken one after the other.
        """
        samples: dict[str, list[dict]] = {label: [] for label in cases}
        for turn in range(self.repeat):
            for label in list(cases)[:: -1 if turn % 2 else 1]:
                samples[label].append(self.sample(cases[label], turn, ratio_of))
        return samples

    def sample(self, case: Case, turn: int, ratio_of: str) -> dict:
        """What a case takes; or took, when the benchmark was stopped later."""
        samples = self.code / "samples" / ratio_of
        file = samples / f"{case.title}, {turn + 1}.json"
        title = f"{case.title}, {turn + 1} of {self.repeat}"
        if file.exists():
            self.console.print(f"{title}: known already")
            return json.loads(file.read_text())
        case.prepare()
        taken = self.step(title, case.take)
        seconds = taken.get("model_seconds")
        models = f", of which models {seconds:,.1f} s" if seconds else ""
        self.console.print(f"{title}: {taken['seconds']:,.1f} s{models}")
        samples.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(taken))
        return taken

    def step(self, title: str, take: Callable[[Tell], dict]) -> dict:
        """Shows how long a step has taken so far, and what it printed last."""
        if not self.console.is_terminal:
            self.console.print(f"{title} …")
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[said]}"),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        ) as progress:
            task = progress.add_task(title, total=None, said="")
            return take(lambda line: line and progress.update(task, said=line))

    # what samples are taken of

    def raw(self, accounts: int) -> Path:
        """Raw data, the same for every length of history: of two years, or of as many
        days as give more than 10,000 accounts the same number of account-days."""
        raw = self.work / "raw" / f"{accounts}-accounts"
        made_with = raw / ".made_by_generate_demo_data.json"
        if made_with.exists() and made_with.read_text():
            return raw
        self.step(
            f"Demo data of {accounts:,} accounts",
            lambda tell: measured(
                [
                    sys.executable,
                    PROJECT / "scripts" / "generate_demo_data.py",
                    f"--accounts={accounts}",
                    f"--days={min(RAW_DAYS, MOST_RAW_ACCOUNT_DAYS // accounts)}",
                    f"--end-date={END}",
                    f"--out={raw}",
                ],
                tell,
            ),
        )
        return raw

    def make_history(self, accounts: int, days: int, variant: Variant) -> None:
        """Makes a folder with a warehouse and what it published, up to before END.

        It is built in the folder `running`, and has to be put back there to be used:
        Spark notes where its tables are.
        """
        self.raw(accounts)
        history = self.history_folder(accounts, days, variant)
        if history.exists():
            return
        begun = self.running / "begun_history.txt"
        if not begun.exists() or begun.read_text() != history.name:
            shutil.rmtree(self.running, ignore_errors=True)
            self.running.mkdir(parents=True)
            begun.write_text(history.name)
        target = self.code / "targets" / "histories"
        self.step(
            f"History of {accounts:,} accounts, {days} days, {variant.name}",
            lambda tell: self.build(
                target,
                accounts,
                days,
                END - DAY,
                variant,
                tell,
                max_days_per_run=self.days_per_run,
            ),
        )
        begun.unlink()
        self.keep(history)

    def keep(self, history: Path) -> None:
        """Keeps what was built in `running` as a history."""
        history.parent.mkdir(parents=True, exist_ok=True)
        self.running.rename(history)

    def history_folder(self, accounts: int, days: int, variant: Variant) -> Path:
        return self.code / "histories" / f"{accounts}x{days} {variant.name}"

    def build(
        self,
        target: Path,
        accounts: int,
        days: int,
        as_of: date,
        variant: Variant,
        tell: Tell,
        **settings: object,
    ) -> dict:
        """Builds the `days` days before END, and those up to `as_of`, in `running`."""
        settings["history_start"] = str(END - days * DAY)
        taken = measured_build(
            [
                f"--engine={variant.engine}",
                f"--raw={self.raw(accounts)}",
                f"--warehouse={self.running / 'warehouse'}",
                f"--published={self.running / 'published'}",
                f"--as-of={as_of}",
                f"--vars={json.dumps(settings)}",
            ],
            target,
            tell,
            variant.packages,
        )
        marts = self.running / "published" / "customer_health.duckdb"
        with duckdb.connect(str(marts), read_only=True) as connection:
            rows, newest = connection.execute(
                "select count(*), max(snapshot_date) from account_health_daily"
            ).fetchone()
        if newest != as_of:
            raise CommandFailed(f"The newest day is {newest}, not {as_of}.")
        return taken | {"account_days": rows}

    def daily(self, accounts: int, days: int, variant: Variant = DUCKDB) -> Case:
        """The run that adds END to a history of `days` days."""
        title = f"Daily run of {accounts:,} accounts after {days} days, {variant.name}"
        target = self.code / "targets" / title

        def put_history_back() -> None:
            shutil.rmtree(self.running, ignore_errors=True)
            shutil.copytree(self.history_folder(accounts, days, variant), self.running)

        def take(tell: Tell) -> dict:
            return self.build(target, accounts, days, END, variant, tell)

        def prepare() -> None:
            self.make_history(accounts, days, variant)
            put_history_back()
            # yesterday's run has left its parsed project to today's
            if not (target / "partial_parse.msgpack").exists():
                self.step(f"{title}, not counted", take)
                put_history_back()

        return Case(title, prepare, take)

    def first_build(
        self,
        accounts: int,
        days: int,
        days_per_run: int,
        variant: Variant = DUCKDB,
        is_kept: bool = False,
    ) -> Case:
        """The build of a new warehouse, which is a history for others if `is_kept`."""
        title = (
            f"First build of {accounts:,} accounts and {days} days, {days_per_run} days"
            f" per run, {variant.name}"
        )
        target = self.code / "targets" / title

        def prepare() -> None:
            self.raw(accounts)
            shutil.rmtree(self.running, ignore_errors=True)
            shutil.rmtree(target, ignore_errors=True)

        def take(tell: Tell) -> dict:
            taken = self.build(
                target,
                accounts,
                days,
                END - DAY,
                variant,
                tell,
                max_days_per_run=days_per_run,
            )
            history = self.history_folder(accounts, days, variant)
            if is_kept and not history.exists():
                self.keep(history)
            return taken

        return Case(title, prepare, take)


class ReferenceSamples:
    """The same for the hand-written reference, which builds a DuckDB file."""

    def __init__(self, samples: Samples, accounts: int, days: int) -> None:
        """For the `days` days before END."""
        self.samples = samples
        self.accounts = accounts
        self.days = days
        self.running = samples.work / "reference.duckdb"
        self.history = (
            samples.code / "histories" / f"{accounts}x{days} reference.duckdb"
        )

    def first_build(self) -> Case:
        def prepare() -> None:
            self.samples.raw(self.accounts)
            self.running.unlink(missing_ok=True)

        def take(tell: Tell) -> dict:
            taken = self.score(END - self.days * DAY, END - DAY)
            self.history.parent.mkdir(parents=True, exist_ok=True)
            self.running.replace(self.history)
            return taken

        return Case(
            f"Reference for {self.accounts:,} accounts and {self.days} days",
            prepare,
            take,
        )

    def daily(self) -> Case:
        """The run that adds END, and scores anew what the project scores anew."""
        title = f"Reference for {self.accounts:,} accounts after {self.days} days"

        def prepare() -> None:
            if not self.history.exists():
                first_build = self.first_build()
                first_build.prepare()
                self.samples.step(first_build.title, first_build.take)
            shutil.copy(self.history, self.running)

        def take(tell: Tell) -> dict:
            open_days = int(default_settings()["late_data_days"])
            return self.score(END - (open_days - 1) * DAY, END)

        return Case(title, prepare, take)

    def comparison(self) -> Case:
        """Both daily runs, and whether their scores of all days are equal.

        The result says in `compared` and `differing` how many rows were and are.
        """
        project = self.samples.daily(self.accounts, self.days)
        reference = self.daily()

        def prepare() -> None:
            project.prepare()
            reference.prepare()

        def take(tell: Tell) -> dict:
            project.take(tell)
            taken = reference.take(tell)
            tables = compare(
                self.running, self.samples.running / "warehouse", None, None
            )
            return taken | {
                "compared": sum(table.rows for table in tables),
                "differing": sum(table.differing_rows for table in tables),
            }

        return Case(
            f"Comparison of {self.accounts:,} accounts and {self.days} days",
            prepare,
            take,
        )

    def score(self, first: date, last: date) -> dict:
        """Scores days; model_seconds are those without the start of Python."""
        said: list[str] = []
        taken = measured(
            [
                *(sys.executable, "-c", SCORE),
                *(self.samples.raw(self.accounts), self.running, first, last),
            ],
            said.append,
            PYTHONPATH=str(PROJECT / "scripts"),
        )
        return taken | {"model_seconds": float(said[-1])}


def digest_of_code() -> str:
    """A short text that differs when the project would do something else."""
    digest = hashlib.sha256()
    for name in CODE:
        path = PROJECT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(str(file.relative_to(PROJECT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:8]
