"""Measures one command: seconds, memory, who else was busy; of a build its phases.

Model seconds are the wall clock during which at least one model or seed was running:
two that run side by side are not counted twice. Phases share the wall clock: an instant
in which several nodes run is divided equally between them, so that phases add up to the
whole run. Nodes are timed by dbt, from the start of compiling to the end of executing.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from customer_health.dbt import PROJECT

START = "dbt's start"
HOOKS = "run-start hooks (raw contract)"
SPINE = "seeds, staging, spine"
SIGNALS = "signals"
SCORING = "scoring"
HISTORY = "history marts"
ACTIONS = "alerts, actions and roll-ups"
QUALITY = "quality marts"
TESTS = "data tests"
PUBLISHING = "publishing"
ELSE = "between nodes, and the rest"
PHASES = (
    START,
    HOOKS,
    SPINE,
    SIGNALS,
    SCORING,
    HISTORY,
    ACTIONS,
    QUALITY,
    TESTS,
    PUBLISHING,
    ELSE,
)
# the first that a model's path begins with
PHASE_OF_FOLDER = {
    "staging": SPINE,
    "intermediate/accounts": SPINE,
    "intermediate/scoring": SCORING,
    "intermediate/alerts": ACTIONS,
    "intermediate/changes": ACTIONS,
    "intermediate/growth": ACTIONS,
    "intermediate/portfolio": ACTIONS,
    "intermediate/quality": QUALITY,
    "intermediate": SIGNALS,
    "marts/health": HISTORY,
    "marts/quality": QUALITY,
    "marts": ACTIONS,
}
SECONDS_BETWEEN_LOOKS = 0.1
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class CommandFailed(Exception):
    """A command that was measured did not succeed; the message is what it printed."""


def measured_build(
    options: Iterable[object],
    target: Path,
    tell: Callable[[str], None],
    packages: Path | None = None,
) -> dict:
    """Runs scripts/build; returns what it took.

    `target` is the folder for dbt's files; `packages` one with Python packages that
    come before those of the environment. The result has model_seconds (of models, seeds
    and the loading of raw tables), the seconds of each of the `phases`, runs_of_dbt,
    and what `measured` says. Raises CommandFailed.
    """
    target.mkdir(parents=True, exist_ok=True)
    timings_file = target / "timings.json"
    taken = measured(
        [
            *(sys.executable, "-m", "customer_health.build"),
            *("--no-dashboards", f"--timings={timings_file}", *options),
        ],
        tell,
        DBT_TARGET_PATH=str(target),
        DBT_LOG_PATH=str(target / "logs"),
        PYTHONPATH=os.pathsep.join(
            str(folder) for folder in (packages, PROJECT / "scripts") if folder
        ),
    )
    timings = json.loads(timings_file.read_text())
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    phases = dict.fromkeys(PHASES, 0.0)
    model_seconds = 0.0
    for run in timings["dbt"]:
        spans = [
            (result["unique_id"], *span_of(result))
            for result in run["results"]
            if result["timing"]
        ]
        phases[START] += min(began for _, began, _ in spans) - run["began"]
        for node, seconds in shared_seconds(spans).items():
            phases[phase_of(node, nodes)] += seconds
        models = [
            span
            for span in spans
            if span[0].startswith(("model.", "seed.")) or "on-run-start" in span[0]
        ]
        model_seconds += sum(shared_seconds(models).values())
    phases[PUBLISHING] = timings["publish"]["ended"] - timings["publish"]["began"]
    phases[ELSE] += taken["seconds"] - sum(phases.values())
    return taken | {
        "model_seconds": model_seconds,
        "phases": phases,
        "runs_of_dbt": len(timings["dbt"]),
    }


def phase_of(unique_id: str, nodes: dict[str, dict]) -> str:
    """The phase that a node of dbt belongs to."""
    kind = unique_id.split(".")[0]
    if kind == "operation":
        return HOOKS if "on-run-start" in unique_id else ELSE
    if kind != "model":
        return {"seed": SPINE, "test": TESTS}.get(kind, ELSE)
    path = nodes[unique_id]["path"]
    return next(
        phase for folder, phase in PHASE_OF_FOLDER.items() if path.startswith(folder)
    )


def span_of(result: dict) -> tuple[float, float]:
    """When a node began and ended, in seconds since 1970."""
    times = [
        datetime.fromisoformat(step[end]).timestamp()
        for step in result["timing"]
        for end in ("started_at", "completed_at")
    ]
    return min(times), max(times)


def shared_seconds(spans: Iterable[tuple[str, float, float]]) -> dict[str, float]:
    """Seconds per name of spans (name, began, ended); they add up to their union."""
    spans = list(spans)
    edges = [(began, 1, name) for name, began, _ in spans]
    edges += [(ended, -1, name) for name, _, ended in spans]
    shares: dict[str, float] = defaultdict(float)
    running: dict[str, int] = defaultdict(int)
    before = 0.0
    for moment, change, name in sorted(edges):
        count = sum(running.values())
        for other, number in running.items():
            if number:
                shares[other] += (moment - before) * number / count
        running[name] += change
        before = moment
    return dict(shares)


def measured(
    command: list[object], tell: Callable[[str], None], **environment: str
) -> dict:
    """Runs a command, telling each line that it prints; returns what it took.

    seconds of wall clock; peak_bytes of memory of its process and all below it together
    (null where there is no /proc); others_share, the share of all processors that
    other programs used meanwhile; load, the machine's load average before; at, when it
    began. Raises CommandFailed.
    """
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    load = os.getloadavg()[0]
    own, busy, began = time.process_time(), _busy_seconds(), time.monotonic()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=PROJECT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watch = Watch(process.pid)
    watch.start()
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            tell(lines[-1])
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        watch.stop()
    seconds = time.monotonic() - began
    if code:
        raise CommandFailed("\n".join(lines))
    others = None
    if busy is not None:
        own = time.process_time() - own + watch.processor_seconds()
        others = (_busy_seconds() - busy - own) / seconds / os.cpu_count()
    return {
        "at": at,
        "load": load,
        "seconds": seconds,
        "peak_bytes": watch.peak_bytes,
        "others_share": others and max(others, 0.0),
    }


class Watch(threading.Thread):
    """Looks again and again at a process and all below it, where there is /proc."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.peak_bytes: int | None = None
        self._seconds: dict[int, float] = {}
        self._stopped = threading.Event()

    def run(self) -> None:
        if not Path("/proc/self/statm").exists():
            return
        self.peak_bytes = 0
        while not self._stopped.wait(SECONDS_BETWEEN_LOOKS):
            self.peak_bytes = max(self.peak_bytes, self._look_at(self.process))

    def stop(self) -> None:
        self._stopped.set()
        self.join()

    def processor_seconds(self) -> float:
        """What all of them have worked until they were last seen."""
        return sum(self._seconds.values())

    def _look_at(self, process: int) -> int:
        """Bytes that a process and all below it hold now; 0 if it has just ended."""
        folder = Path(f"/proc/{process}")
        try:
            pages = int((folder / "statm").read_text().split()[1])
            # the name before the last parenthesis may hold anything
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            children = [
                int(child)
                for thread in folder.glob("task/*/children")
                for child in thread.read_text().split()
            ]
        except OSError:
            return 0
        user, system = fields[11:13]
        self._seconds[process] = (int(user) + int(system)) / TICKS_PER_SECOND
        return pages * os.sysconf("SC_PAGE_SIZE") + sum(map(self._look_at, children))


def _busy_seconds() -> float | None:
    """What all processors together have worked since the machine began."""
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    except OSError:
        return None
    user, nice, system, _idle, _waiting, *rest = map(int, fields)
    return (user + nice + system + sum(rest)) / TICKS_PER_SECOND
