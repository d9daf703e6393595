"""Runs dbt with a progress bar, and explains what failed."""

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

PROJECT = Path(__file__).resolve().parents[2]
# dbt's own variable, so that two builds can run side by side
TARGET = Path(os.environ.get("DBT_TARGET_PATH", PROJECT / "target"))
SHOWN_ROWS = 5


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
    target: Path = TARGET,
) -> dict:
    """Runs dbt in a process of its own and shows a bar that counts its nodes.

    Returns when it `began` and `ended`, in seconds since 1970, and of each node in
    `results` its unique_id and timing. Raises DbtFailed with the errors, after printing
    the first offending rows of every failed test.
    """
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    _refuse_an_open_warehouse(warehouse)
    if not console.is_terminal:
        console.print(f"{title} …")
    for left_over in ("run_results.json", "manifest.json"):
        (target / left_over).unlink(missing_ok=True)
    began = time.time()
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("dbt")),
            "--log-format=json",
            "--log-format-file=text",
            "--no-use-colors",
            *arguments,
            f"--project-dir={PROJECT}",
            f"--profiles-dir={PROJECT}",
            f"--target-path={target}",
            f"--vars={json.dumps(variables, default=str)}",
        ],
        cwd=PROJECT,
        env=os.environ | {"CUSTOMER_HEALTH_WAREHOUSE": str(warehouse)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    errors = _follow(process, title, console)
    if process.wait() == 0:
        return {"began": began, "ended": time.time(), "results": _timings(target)}
    _show_failures(target, warehouse, console)
    raise DbtFailed("\n".join(errors) or f"dbt ended with code {process.returncode}")


def _follow(process: subprocess.Popen, title: str, console: Console) -> list[str]:
    """Moves the bar with every event of dbt; returns the errors it reported."""
    errors: list[str] = []
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[node]}"),
        console=console,
        transient=not console.is_terminal,
    ) as progress:
        bar = progress.add_task(title, total=None, node="starting dbt")
        for line in process.stdout:
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                errors.append(line.rstrip())
                continue
            data = event["data"]
            # hooks count for themselves, and nodes do not end in order
            task = progress.tasks[bar]
            if data.get("total", 0) >= max(task.total or 0, 10):
                progress.update(
                    bar,
                    completed=max(task.completed, data.get("index", 0)),
                    total=data["total"],
                    node=data.get("node_info", {}).get("node_name", ""),
                )
            if event["info"]["name"] == "JinjaLogInfo":
                console.print(event["info"]["msg"], highlight=False)
            if event["info"]["level"] == "error":
                errors.append(event["info"]["msg"].strip())
        progress.update(bar, node="")
    return [error for error in dict.fromkeys(errors) if error]


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
    if not warehouse.exists():
        return
    try:
        duckdb.connect(str(warehouse)).close()
    except duckdb.IOException as problem:
        raise DbtFailed(
            f"{warehouse} is open in another program, and only one can write: close it"
            " there. Readers open the published files instead.\n"
            + str(problem).splitlines()[0]
        ) from None


def _show_failures(target: Path, warehouse: Path, console: Console) -> None:
    """Prints the first rows that every failed data test found."""
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
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for result in failed:
            node = nodes[result["unique_id"]]
            console.print(f"\n[bold red]Test failed:[/] {node['name']}")
            if node.get("description"):
                console.print(f"  {node['description'].strip()}", highlight=False)
            found = connection.execute(
                f"select * from ({result['compiled_code']}) limit {SHOWN_ROWS}"
            )
            table = Table(*[column[0] for column in found.description])
            for row in found.fetchall():
                table.add_row(*[str(value) for value in row])
            console.print(table)
