"""The command scripts/export_tableau: extracts and a workbook for Tableau.

Reads the published marts, never the warehouse. Writes to tableau/ beside them: an
extract per mart, each read back and compared with what was published, and a workbook on
them, customer_health.twbx, which holds the extracts and opens by itself. When nothing
else was published since the last export, nothing is written.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from tableauhyperapi import HyperException

from customer_health.dbt import PROJECT, given_path
from customer_health.tableau.extracts import (
    EXTRACTS,
    Column,
    ExtractFailed,
    columns_of,
    compare,
    hyper_process,
    write,
)
from customer_health.tableau.workbook import workbook, write_workbooks

MARTS = "customer_health.duckdb"
LIST = "export.json"


@dataclass(frozen=True)
class Exported:
    """What export() did."""

    folder: Path
    rows: dict[str, int]
    """Rows of every extract, by its file; empty when nothing was written."""


def main() -> int:
    """Exports; returns 1 and says what to do when that is not possible."""
    arguments = parse_arguments()
    console = Console()
    try:
        exported = export(arguments.published, force=arguments.force, console=console)
    except (ExtractFailed, HyperException, duckdb.Error, OSError) as problem:
        print(f"No extracts were written. {problem}", file=sys.stderr)
        return 1
    if not exported.rows:
        console.print(
            "Nothing was published since the last export: --force writes it again."
        )
    for file, rows in exported.rows.items():
        size = (exported.folder / file).stat().st_size / 1e6
        console.print(
            f"{file}: {rows:,} rows, {size:,.1f} MB; read back, all rows are as"
            " published",
            highlight=False,
            soft_wrap=True,
        )
    console.print(f"For Tableau: {exported.folder}", highlight=False, soft_wrap=True)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/export_tableau",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--published",
        type=given_path,
        default=PROJECT / "published",
        help="folder that scripts/build published to",
    )
    parser.add_argument(
        "--force", action="store_true", help="write even if nothing has changed"
    )
    return parser.parse_args()


def export(published: Path, *, force: bool, console: Console) -> Exported:
    """Writes the extracts and the workbook, unless those there are are up to date."""
    state = published_state(published)
    folder = published / "tableau"
    with duckdb.connect(str(published / MARTS), read_only=True) as marts:
        columns = {
            extract.name: columns_of(marts, extract.mart) for extract in EXTRACTS
        }
        state += " " + hashlib.sha256(workbook(columns, "")).hexdigest()
        if not force and is_up_to_date(folder, state):
            return Exported(folder, {})
        new = folder / ".export.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        try:
            rows = make(marts, columns, new, console)
            put_in_place(new, folder, state, rows)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return Exported(folder, rows)


def published_state(published: Path) -> str:
    """A text that differs when what is published does. Raises ExtractFailed."""
    manifest = published / "manifest.json"
    for file in (manifest, published / MARTS):
        if not file.exists():
            raise ExtractFailed(f"There is no {file}. Run scripts/build first.")
    return json.loads(manifest.read_text())["files"][MARTS]["state"]


def is_up_to_date(folder: Path, state: str) -> bool:
    """Whether the last export is of this state, and its files are as it left them."""
    try:
        last = json.loads((folder / LIST).read_text())
        return last["state"] == state and all(
            checksum(folder / file) == sha256 for file, sha256 in last["sha256"].items()
        )
    except (OSError, ValueError, KeyError):  # no export, or not a whole one
        return False


def make(
    marts: duckdb.DuckDBPyConnection,
    columns: dict[str, list[Column]],
    new: Path,
    console: Console,
) -> dict[str, int]:
    """Writes all files to a new folder; returns the rows of each extract."""
    rows = {}
    with progress(console) as shown, hyper_process() as hyper:
        bar = shown.add_task("", total=2 * len(EXTRACTS) + 1)
        for extract in EXTRACTS:
            file = new / extract.file
            tell(shown, bar, f"writing {extract.file}")
            rows[extract.file] = write(hyper, marts, extract.mart, file)
            shown.advance(bar)
            tell(shown, bar, f"comparing {extract.file}")
            compare(hyper, marts, extract.mart, file)
            file.chmod(0o644)  # as the published files, which Hyper would keep closer
            shown.advance(bar)
        tell(shown, bar, "writing the workbook")
        write_workbooks(columns, new)
        shown.advance(bar)
    return rows


def progress(console: Console) -> Progress:
    """A bar, or a line per step where there is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def tell(shown: Progress, bar, step: str) -> None:
    shown.update(bar, description=step)
    if not shown.console.is_terminal:
        shown.console.print(f"{step} …", highlight=False)


def put_in_place(new: Path, folder: Path, state: str, rows: dict[str, int]) -> None:
    """Renames complete files into their places, and says so last."""
    (folder / LIST).unlink(missing_ok=True)
    files = sorted(path.name for path in new.iterdir())
    for file in files:
        os.replace(new / file, folder / file)
    listed = new / LIST
    listed.write_text(
        json.dumps(
            {
                "state": state,
                "rows": rows,
                "sha256": {file: checksum(folder / file) for file in files},
            },
            indent=2,
        )
        + "\n"
    )
    os.replace(listed, folder / LIST)


def checksum(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
