"""The command scripts/mutate: do the unit tests notice when the SQL is broken?

A mutant is one small change to the SQL of one model: a window shifted by a day, a
comparison or sign flipped, a filter, condition or distinct dropped, a null turned into
zero. Unit tests mock the inputs of their model, so one mutant of every model is tried
in the same run of dbt, in a copy of the project. A mutant that no test notices has
survived; tests/mutation_survivors.csv says of the known ones why that is right.
"""

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from customer_health.dbt import PROJECT

SURVIVORS = PROJECT / "tests" / "mutation_survivors.csv"
NOT_COPIED = (".venv", ".git", "data", "warehouse", "published", "target", "logs")
console = Console()


@dataclass(frozen=True)
class Mutant:
    """One change: characters start to end of the model's file become `new`."""

    model: str
    path: Path
    """Relative to the project."""
    kind: str
    start: int
    end: int
    new: str
    line: str
    """The line that it changes, as it was."""

    @property
    def name(self) -> str:
        """What identifies the mutant when line numbers move."""
        return f"{self.kind}: {self.line}"


WINDOW = r"(snapshot_date\s*-\s*)(\d+)"

# kind, pattern, replacement; the pattern's whole match is replaced
REPLACEMENTS = [
    ("window one day longer", WINDOW, lambda m: m[1] + str(int(m[2]) + 1)),
    ("window one day shorter", WINDOW, lambda m: m[1] + str(int(m[2]) - 1)),
    ("comparison", r" <= ", lambda m: " < "),
    ("comparison", r" < ", lambda m: " <= "),
    ("comparison", r" >= ", lambda m: " > "),
    ("comparison", r" > ", lambda m: " >= "),
    ("equality", r" = (?='|1\b)", lambda m: " <> "),
    ("sign", r" - 1\b", lambda m: " + 1"),
    ("sign", r" - (?=[a-z])", lambda m: " + "),
    ("sign", r" / (?=\w)", lambda m: " * "),
    ("sign", r" \* (?=\w)", lambda m: " / "),
    ("distinct dropped", r"\bdistinct ", lambda m: ""),
    ("order", r" desc\b", lambda m: ""),
    ("join", r"\binner join\b", lambda m: "left join"),
    ("join", r"\bleft join\b", lambda m: "inner join"),
    ("aggregate", r"\bmin\(", lambda m: "max("),
    ("aggregate", r"\bmax\(", lambda m: "min("),
    ("aggregate", r"\bmedian\(", lambda m: "max("),
    ("aggregate", r"\bsum\((?!case)", lambda m: "max("),
    ("condition dropped", r"\n +and [^\n(]+(?=\n)", lambda m: ""),
]
CALLS = [
    ("filter dropped", r" filter \(where ", ""),
    ("zero is null", r"\bcoalesce\(", ", 0)"),
    ("division by zero", r"\bnullif\(", ", 0)"),
]


def mutants_of(model: str, path: Path, sql: str) -> list[Mutant]:
    """All mutants of a model, those of different kinds taking turns."""
    code = _without_comments(sql)
    by_kind: dict[str, list[Mutant]] = defaultdict(list)

    def add(kind: str, start: int, end: int, new: str) -> None:
        if sql[start:end] == new:
            return
        shown = start + len(sql[start:end]) - len(sql[start:end].lstrip("\n"))
        begin = sql.rfind("\n", 0, shown) + 1
        line = sql[begin : sql.find("\n", shown)].strip()
        by_kind[kind].append(Mutant(model, path, kind, start, end, new, line))

    for kind, pattern, replace in REPLACEMENTS:
        for match in re.finditer(pattern, code):
            add(kind, *match.span(), replace(match))
    for kind, pattern, ending in CALLS:
        for match in re.finditer(pattern, code):
            end = _closing(code, code.index("(", match.start())) + 1
            call = sql[match.start() : end]
            if not ending:
                add(kind, match.start(), end, "")
            elif call.endswith(ending):
                inner = call[call.index("(") + 1 : -len(ending)]
                add(kind, match.start(), end, f"({inner})")
    turns = zip_longest(*by_kind.values())
    return [mutant for turn in turns for mutant in turn if mutant]


def _without_comments(sql: str) -> str:
    """The SQL with comments and Jinja blanked, every other character in its place."""
    blank = lambda match: re.sub(r"[^\n]", "\0", match[0])  # noqa: E731
    sql = re.sub(r"--[^\n]*", blank, sql)
    return re.sub(r"\{[{%#].*?[}%#]\}", blank, sql, flags=re.DOTALL)


def _closing(sql: str, opening: int) -> int:
    """Position of the parenthesis that closes the one at `opening`."""
    depth = 0
    for position in range(opening, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[position], 0)
        if depth == 0:
            return position
    raise ValueError("parenthesis is never closed")


def main() -> int:
    """Tries the mutants; returns 1 when one survives without an explanation."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument(
        "--per-model", type=int, default=4, help="mutants of every model; default 4"
    )
    parser.add_argument("--all", action="store_true", help="all mutants of every model")
    parser.add_argument("--model", action="append", help="only this model; repeatable")
    parser.add_argument(
        "--kind",
        action="append",
        help="only mutants whose kind begins so, such as window or sign; repeatable",
    )
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        dbt = DbtCopy(Path(folder))
        tested = dbt.tested_models()
        mutants = {
            model: mutants_of(model, path, (PROJECT / path).read_text())
            for model, path in sorted(tested.items())
            if not arguments.model or model in arguments.model
        }
        if arguments.kind:
            kinds = tuple(arguments.kind)
            mutants = {
                model: [mutant for mutant in found if mutant.kind.startswith(kinds)]
                for model, found in mutants.items()
            }
        if not arguments.all:
            mutants = {
                model: found[: arguments.per_model] for model, found in mutants.items()
            }
        rounds = [
            [mutant for mutant in turn if mutant]
            for turn in zip_longest(*mutants.values())
        ]
        outcomes = []
        for one_of_each in track(rounds, "Breaking the SQL", console=console):
            noticed = dbt.try_mutants(one_of_each)
            outcomes += [(mutant, noticed[mutant.model]) for mutant in one_of_each]
    return report(outcomes)


class DbtCopy:
    """A copy of the project in which models are broken, with an empty warehouse."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        shutil.copytree(
            PROJECT, self.project, ignore=shutil.ignore_patterns(*NOT_COPIED)
        )
        raw = folder / "raw"
        for name, text in {
            "crm/accounts.csv": "account_id,created_at\nA,2026-01-01\n",
            "billing/subscriptions.csv": "subscription_id,account_id,valid_from\n"
            "S,A,2026-01-01\n",
        }.items():
            (raw / name).parent.mkdir(parents=True)
            (raw / name).write_text(text)
        self.raw = raw
        self.run(
            "build",
            "--quiet",
            "--resource-type",
            "seed",
            "--resource-type",
            "model",
            check=True,
        )

    def run(self, *arguments: str, check: bool) -> None:
        """Runs dbt in the copy."""
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("dbt")),
                *arguments,
                f"--profiles-dir={PROJECT}",
                "--vars",
                json.dumps({"raw_path": str(self.raw)}),
            ],
            cwd=self.project,
            env=os.environ
            | {"CUSTOMER_HEALTH_WAREHOUSE": str(self.project.parent / "w.duckdb")},
            capture_output=True,
            text=True,
        )
        if check and done.returncode:
            raise SystemExit(
                f"dbt {arguments[0]} fails before any break:\n{done.stdout}"
            )

    def tested_models(self) -> dict[str, Path]:
        """Models with unit tests, and their files."""
        manifest = json.loads((self.project / "target" / "manifest.json").read_text())
        tested = {test["model"] for test in manifest["unit_tests"].values()}
        return {
            node["name"]: Path(node["original_file_path"])
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model" and node["name"] in tested
        }

    def try_mutants(self, mutants: list[Mutant]) -> dict[str, str]:
        """What the unit tests say of one mutant per model.

        caught: a test failed; survived: none did; invalid: the SQL does not run.
        """
        originals = {}
        for mutant in mutants:
            file = self.project / mutant.path
            sql = originals[file] = file.read_text()
            file.write_text(sql[: mutant.start] + mutant.new + sql[mutant.end :])
        (self.project / "target" / "run_results.json").unlink(missing_ok=True)
        self.run(
            "test",
            "--quiet",
            "--select",
            *[f"{mutant.model},test_type:unit" for mutant in mutants],
            check=False,
        )
        for file, sql in originals.items():
            file.write_text(sql)
        results = json.loads(
            (self.project / "target" / "run_results.json").read_text()
        )["results"]
        statuses = defaultdict(set)
        for result in results:
            # unit_test.<project>.<model>.<test>
            statuses[result["unique_id"].split(".")[2]].add(result["status"])
        return {
            mutant.model: "caught"
            if "fail" in statuses[mutant.model]
            else "invalid"
            if "error" in statuses[mutant.model]
            else "survived"
            for mutant in mutants
        }


def report(outcomes: list[tuple[Mutant, str]]) -> int:
    """Prints what survived and how many were caught."""
    explained = dict(_explanations())
    survived = [mutant for mutant, outcome in outcomes if outcome == "survived"]
    unexplained = [
        mutant for mutant in survived if (mutant.model, mutant.name) not in explained
    ]
    table = Table("model", "mutant", "why it may survive", title="Survivors")
    for mutant in survived:
        table.add_row(
            mutant.model,
            mutant.name,
            explained.get((mutant.model, mutant.name), "[red]not explained[/]"),
        )
    if survived:
        console.print(table)
    caught = sum(outcome == "caught" for _, outcome in outcomes)
    invalid = sum(outcome == "invalid" for _, outcome in outcomes)
    console.print(
        f"{len(outcomes)} mutants of"
        f" {len({mutant.model for mutant, _ in outcomes})} models:"
        f" {caught} caught, {invalid} do not run, {len(survived)} survived,"
        f" {len(unexplained)} of them without an explanation in {SURVIVORS.name}."
    )
    return 1 if unexplained else 0


def _explanations() -> Iterator[tuple[tuple[str, str], str]]:
    with SURVIVORS.open(newline="") as file:
        for row in csv.DictReader(file):
            yield (row["model"], row["mutant"]), row["explanation"]


if __name__ == "__main__":
    sys.exit(main())
