"""Runs the project in a copy of it, away from the developer's target/ and warehouse/.

A scenario is a function of the laboratory that builds one warehouse (or breaks one on
purpose). Scenarios are made once per session, side by side, as many at a time as there
are processors, each as soon as those that it starts from are there.
"""

import heapq
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
from customer_health.dbt import environment_of_dbt

PROJECT = Path(__file__).resolve().parents[2]
SCRIPTS = PROJECT / "scripts"
NOT_COPIED = (
    ".*",
    "data",
    "logs",
    "node_modules",
    "published",
    "target",
    "warehouse",
    "profiles.yml",
    "__pycache__",
)

# The raw data goes on after the last day that is scored: it holds a future.
DATA_END = date(2025, 6, 22)
AS_OF = date(2025, 6, 2)
# Six days; with three open days, the first three are closed. The fourth ends a month.
FIRST_DAY = date(2025, 5, 28)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(6)]
CLOSED_DAYS, OPEN_DAYS = DAYS[:3], DAYS[3:]

# A run that takes longer hangs: the longest, on Spark, takes less than half of it.
RUN_SECONDS = 1_800

MODELS_ONLY = (
    "build",
    "--exclude-resource-type=test",
    "--exclude-resource-type=unit_test",
)
WITH_DATA_TESTS = ("build", "--exclude-resource-type=unit_test")


@dataclass(frozen=True)
class Run:
    """A finished run of dbt, or of scripts/build."""

    code: int
    output: str
    target: Path

    def results(self) -> list[dict]:
        """What became of each node, from run_results.json."""
        return json.loads((self.target / "run_results.json").read_text())["results"]

    def manifest(self) -> dict:
        return json.loads((self.target / "manifest.json").read_text())


class Laboratory:
    """The project's copy, the raw data, and the scenarios made so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # one scenario runs the unit tests; without them dbt starts much faster
        self.project = self.copy_project("project")
        for file in self.project.glob("models/**/*unit_tests.yml"):
            file.unlink()
        self.raw = folder / "raw"
        self._scenarios: dict[str, Future] = {}
        self._lock = threading.Lock()
        # dbt keeps one processor busy
        self._free = min(4, os.cpu_count() or 1)
        self._waiting: list[tuple[int, int]] = []
        self._turn = threading.Condition()
        self._runs = 0
        self._threads: list[threading.Thread] = []
        self._processes: list[subprocess.Popen] = []
        self._closed = False

    # scenarios

    def start(self, scenario: Callable[["Laboratory"], object]) -> Future:
        """Begins to make a scenario, unless it was begun before."""
        with self._lock:
            if scenario.__name__ in self._scenarios:
                return self._scenarios[scenario.__name__]
            future: Future = Future()
            self._scenarios[scenario.__name__] = future

        def make() -> None:
            try:
                future.set_result(scenario(self))
            except BaseException as problem:  # told by result() to each test that asks
                future.set_exception(problem)

        thread = threading.Thread(target=make, name=scenario.__name__)
        self._threads.append(thread)
        thread.start()
        return future

    def result(self, scenario: Callable[["Laboratory"], object]):
        """What a scenario returns; waits until it is made."""
        return self.start(scenario).result()

    def close(self) -> None:
        """Ends what still runs, when the session ends early."""
        self._closed = True
        for process in self._processes:
            self._end(process)
        for thread in self._threads:
            thread.join()

    @contextmanager
    def _processor(self):
        """A processor for a run; scenarios that were begun earlier get it first."""
        names = list(self._scenarios)
        name = threading.current_thread().name
        place = (
            names.index(name) if name in names else len(names),
            threading.get_ident(),
        )
        with self._turn:
            heapq.heappush(self._waiting, place)
            self._turn.wait_for(lambda: self._free and self._waiting[0] == place)
            heapq.heappop(self._waiting)
            self._free -= 1
            self._turn.notify_all()
        try:
            yield
        finally:
            with self._turn:
                self._free += 1
                self._turn.notify_all()

    def _begin(self, command: list[object], folder: Path, **environment: str):
        """Starts a process whose output is read as text."""
        if self._closed:
            raise RuntimeError("the session is over")
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # a group of its own, that ends with all that it started
            start_new_session=True,
        )
        self._processes.append(process)
        limit = threading.Timer(RUN_SECONDS, self._end, (process, "it hangs"))
        limit.daemon = True
        limit.start()
        return process

    def _end(self, process: subprocess.Popen, reason: str = "the session is over"):
        """Ends a process and all that it started, unless it has ended."""
        if process.poll() is None:
            print(f"ended, since {reason}: {process.args}", file=sys.stderr)
            os.killpg(process.pid, signal.SIGKILL)

    # files

    def copy_project(self, name: str, source: Path = PROJECT) -> Path:
        """A copy of the project without what git ignores."""
        copy = self.folder / name
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        shutil.copy(copy / "profiles.example.yml", copy / "profiles.yml")
        return copy

    def demo_data(self, name: str, **options: object) -> Path:
        """Raw data by scripts/generate_demo_data.py, with these of its options."""
        folder = self.folder / name
        with self._processor():
            process = self._begin(
                [
                    sys.executable,
                    SCRIPTS / "generate_demo_data.py",
                    *(
                        f"--{option.replace('_', '-')}={setting}"
                        for option, setting in options.items()
                    ),
                    f"--out={folder}",
                ],
                self.folder,
            )
            output, _ = process.communicate()
        assert process.returncode == 0, f"no demo data:\n{output}"
        return folder

    def copy_raw(self, name: str, source: Path | None = None) -> Path:
        """A copy of the raw data that a scenario may change."""
        return Path(shutil.copytree(source or self.raw, self.folder / name))

    def copy_warehouse(self, warehouse: Path, name: str) -> Path:
        """A copy of a warehouse that no process has open."""
        assert not warehouse.with_name(f"{warehouse.name}.wal").exists(), "still open"
        return Path(shutil.copy(warehouse, self.warehouse(name)))

    def warehouse(self, name: str) -> Path:
        return self.folder / f"{name}.duckdb"

    # runs

    def dbt(
        self,
        *arguments: str,
        warehouse: Path,
        raw: Path | None = None,
        project: Path | None = None,
        engine: str = "duckdb",
        kill_at: Callable[[dict], bool] | None = None,
        **variables: object,
    ) -> Run:
        """Runs dbt on a warehouse; kills it at a log event that `kill_at` wants."""
        project = project or self.project
        with self._lock:
            self._runs += 1
            target = self.folder / "targets" / str(self._runs)
        settings = {
            "raw_path": str(raw or self.raw),
            "as_of_date": str(AS_OF),
            "history_start": str(FIRST_DAY),
        } | {
            name: str(value) if isinstance(value, date) else value
            for name, value in variables.items()
        }
        with self._processor():
            process = self._begin(
                [
                    Path(sys.executable).with_name("dbt"),
                    "--log-format=json",
                    *arguments,
                    f"--target={engine}",
                    f"--project-dir={project}",
                    f"--profiles-dir={project}",
                    f"--target-path={target}",
                    f"--log-path={target}",
                    "--log-level-file=none",
                    f"--vars={json.dumps(settings)}",
                ],
                project,
                **environment_of_dbt(engine, warehouse),
            )
            lines = []
            for line in process.stdout:
                try:
                    event = json.loads(line)
                except json.JSONDecodeError:
                    lines.append(line.rstrip())
                    continue
                lines.append(event["info"]["msg"])
                if kill_at and kill_at(event):
                    process.kill()
            process.wait()
        return Run(process.returncode, "\n".join(lines), target)

    def build(self, *arguments: str, warehouse: Path, **options: object) -> Run:
        """Runs dbt, which must succeed; without tests unless told otherwise."""
        run = self.dbt(*(arguments or MODELS_ONLY), warehouse=warehouse, **options)
        assert run.code == 0, f"dbt failed:\n{run.output[-4000:]}"
        return run

    def build_and_publish(
        self,
        *arguments: str,
        warehouse: Path,
        published: Path,
        project: Path,
        raw: Path | None = None,
        dashboards: bool = False,
    ) -> Run:
        """Runs what scripts/build runs; the project must be of this scenario alone."""
        return self.script(
            "build",
            f"--raw={raw or self.raw}",
            f"--warehouse={warehouse}",
            f"--published={published}",
            f"--as-of={AS_OF}",
            f"--vars={{history_start: {FIRST_DAY}, published_signal_days: 4}}",
            *([] if dashboards else ["--no-dashboards"]),
            *arguments,
            project=project,
        )

    def script(self, name: str, *arguments: object, project: Path) -> Run:
        """Runs what scripts/<name> runs; the project must be of this scenario alone."""
        with self._processor():
            process = self._begin(
                [sys.executable, "-m", f"customer_health.{name}", *arguments],
                project,
                PYTHONPATH=str(project / "scripts"),
            )
            output, _ = process.communicate()
        return Run(process.returncode, output, project / "target")


def rows(warehouse: Path, query: str, *parameters: object) -> list[tuple]:
    """The rows of a query."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query, parameters).fetchall()


def value(warehouse: Path, query: str, *parameters: object) -> object:
    """The only value of a query."""
    ((only,),) = rows(warehouse, query, *parameters)
    return only
