"""Runs dbt with a progress bar, tells its phases in words, explains what failed."""

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from customer_health.phases import phase_of
from customer_health.spark import (
    OLDEST_JAVA,
    finish_interrupted_writes,
    java_for_spark,
)

PROJECT = Path(__file__).resolve().parents[2]
# dbt's own variable, so that two builds can run side by side
TARGET = Path(os.environ.get("DBT_TARGET_PATH", PROJECT / "target"))
SHOWN_ROWS = 5
SHOWN_LINES = 20


def given_path(text: str) -> Path:
    """A path that was given on the command line, relative to where the command was."""
    return Path(os.environ.get("INVOKED_FROM", "."), text).resolve()


class DbtFailed(Exception):
    """dbt did not succeed; the message says what to do."""


def run_dbt(
    arguments: list[str],
    *,
    variables: dict[str, object],
    warehouse: Path,
    title: str,
    console: Console,
    engine: str = "duckdb",
    target: Path = TARGET,
    raw_tables_are_loaded: bool = False,
) -> dict:
    """Runs dbt in a process of its own and shows a bar that counts its nodes.

    Beside the bar stands the phase in words; without a terminal, a line for each.

    With `raw_tables_are_loaded`, by a run before, it reads only what is read by day.
    Returns when it `began` and `ended`, in seconds since 1970, and of each node in
    `results` its unique_id and timing. Raises DbtFailed with the errors, after printing
    the first offending rows of every failed test.
    """
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    _refuse_an_open_warehouse(warehouse)
    for table in finish_interrupted_writes(warehouse):
        console.print(f"An earlier run was interrupted while it wrote {table}.")
    if not console.is_terminal:
        console.print(f"{title} …")
    for left_over in ("run_results.json", "manifest.json"):
        (target / left_over).unlink(missing_ok=True)
    options = [
        f"--project-dir={PROJECT}",
        f"--profiles-dir={PROJECT}",
        f"--target={engine}",
        f"--target-path={target}",
        f"--vars={json.dumps(variables, default=str)}",
    ]
    environment = environment_of_dbt(engine, warehouse)
    if raw_tables_are_loaded:
        environment["CUSTOMER_HEALTH_RAW_TABLES_ARE_LOADED"] = "yes"
    began = time.time()
    process = _start([*arguments, *options], environment)
    errors = _follow(process, title, console)
    if process.wait() == 0:
        return {"began": began, "ended": time.time(), "results": _timings(target)}
    _show_failures(target, warehouse, options, environment, console)
    raise DbtFailed("\n".join(errors) or f"dbt ended with code {process.returncode}")


def _start(arguments: list[str], environment: dict[str, str]) -> subprocess.Popen:
    """dbt, in a process that prints a JSON object per event."""
    return subprocess.Popen(
        [
            str(Path(sys.executable).with_name("dbt")),
            "--log-format=json",
            "--log-format-file=text",
            "--no-use-colors",
            *arguments,
        ],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def environment_of_dbt(engine: str, warehouse: Path) -> dict[str, str]:
    """The variables that dbt runs with. Raises DbtFailed when Spark has no Java."""
    variables = os.environ | {"CUSTOMER_HEALTH_WAREHOUSE": str(warehouse)}
    if engine != "spark":
        return variables
    java = java_for_spark()
    if java is None:
        raise DbtFailed(
            f"Spark needs Java {OLDEST_JAVA} or later; JAVA_HOME and PATH have none."
            " Install one (Debian: apt-get install openjdk-17-jre-headless)."
        )
    return variables | java


def _follow(process: subprocess.Popen, title: str, console: Console) -> list[str]:
    """Moves the bar with every event of dbt; returns the errors it reported."""
    errors: list[str] = []
    told: set[str] = set()
    other_lines: list[str] = []
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[phase]}"),
        console=console,
        transient=not console.is_terminal,
    ) as progress:
        bar = progress.add_task(title, total=None, phase="Reading the project")
        for line in process.stdout:
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                other_lines.append(line.rstrip())
                continue
            data = event["data"]
            # hooks count for themselves, and nodes do not end in order
            task = progress.tasks[bar]
            if data.get("total", 0) >= max(task.total or 0, 10):
                phase = _phase(data.get("node_info", {}))
                progress.update(
                    bar,
                    completed=max(task.completed, data.get("index", 0)),
                    total=data["total"],
                    phase=phase,
                )
                _tell_once(phase, told, console)
            if event["info"]["name"] == "JinjaLogInfo":
                message = event["info"]["msg"]
                if message.startswith("Reading "):
                    progress.update(bar, phase=message)
                    _tell_once(phase_of("operation", ""), told, console)
                else:
                    console.print(message, highlight=False)
            if event["info"]["level"] == "error":
                errors.append(event["info"]["msg"].strip())
        progress.update(bar, phase="")
    # what Spark writes, or Python when it breaks, matters only if dbt itself is silent
    return [error for error in dict.fromkeys(errors) if error] or other_lines[
        -SHOWN_LINES:
    ]


def _tell_once(phase: str, told: set[str], console: Console) -> None:
    """A line for a phase that begins, where there is no bar to stand beside."""
    if phase not in told and not console.is_terminal:
        console.print(f"  {phase}", highlight=False)
    told.add(phase)


def _phase(node: dict) -> str:
    return phase_of(node.get("resource_type", ""), node.get("node_path", ""))


def _timings(target: Path) -> list[dict]:
    """When each node began and ended; nothing after a command that runs none."""
    results = target / "run_results.json"
    if not results.exists():
        return []
    return [
        {name: result[name] for name in ("unique_id", "timing")}
        for result in json.loads(results.read_text())["results"]
    ]


def _refuse_an_open_warehouse(warehouse: Path) -> None:
    """Raises DbtFailed when another program has the warehouse open."""
    try:
        if warehouse.is_dir():
            # held by the metastore of Spark as long as its session lives
            with (warehouse / "metastore" / "dbex.lck").open("a") as lock:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        elif warehouse.exists():
            duckdb.connect(str(warehouse)).close()
    except FileNotFoundError:  # a folder in which Spark has not got far
        pass
    except (duckdb.IOException, BlockingIOError) as problem:
        raise DbtFailed(
            f"{warehouse} is open in another program, and only one can write: close it"
            " there. Readers open the published files instead.\n"
            + str(problem).splitlines()[0]
        ) from None


def _show_failures(
    target: Path,
    warehouse: Path,
    options: list[str],
    environment: dict[str, str],
    console: Console,
) -> None:
    """Prints the first rows that every failed data test finds."""
    results = target / "run_results.json"
    if not results.exists():
        return
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    failed = [
        result
        for result in json.loads(results.read_text())["results"]
        if result["status"] == "fail" and result["unique_id"] in nodes
    ]
    if not failed:
        return
    if warehouse.is_dir():
        found = _rows_by_spark(failed, nodes, target, options, environment)
    else:
        found = _rows_by_duckdb(failed, warehouse)
    for result in failed:
        node = nodes[result["unique_id"]]
        console.print(f"\n[bold red]Test failed:[/] {node['name']}")
        if node.get("description"):
            console.print(f"  {node['description'].strip()}", highlight=False)
        rows = found.get(result["unique_id"])
        if rows:
            table = Table(*rows[0])
            for row in rows:
                table.add_row(*[str(value) for value in row.values()])
            console.print(table)


def _rows_by_duckdb(failed: list[dict], warehouse: Path) -> dict[str, list[dict]]:
    """The first rows that each test finds, by its id, in their order."""
    found = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for result in failed:
            rows = connection.execute(
                f"select * from ({result['compiled_code']}) limit {SHOWN_ROWS}"
            )
            names = [column[0] for column in rows.description]
            found[result["unique_id"]] = [
                dict(zip(names, row, strict=True)) for row in rows.fetchall()
            ]
    return found


def _rows_by_spark(
    failed: list[dict],
    nodes: dict[str, dict],
    target: Path,
    options: list[str],
    environment: dict[str, str],
) -> dict[str, list[dict]]:
    """The same by dbt, which alone can start Spark; it leaves `target` as it is."""
    names = " ".join(nodes[result["unique_id"]]["name"] for result in failed)
    command = ["show", "--select", names, "--output=json", f"--limit={SHOWN_ROWS}"]
    command += [*options, f"--target-path={target / 'shown'}"]
    found = {}
    for line in _start(command, environment).stdout:
        if '"ShowNode"' in line:
            data = json.loads(line)["data"]
            found[data["unique_id"]] = json.loads(data["preview"])
    return found
