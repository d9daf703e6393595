"""The command scripts/mutate: do the unit tests notice when the SQL is broken?

A mutant is one small change to the SQL of one model or macro: a window shifted by a
day, a comparison or sign flipped, a filter, condition or distinct dropped, a null
turned into zero. A copy of the project gets comments around all places that could be
changed, and dbt compiles its unit tests once. Each mutant is then made in the compiled
tests that hold its place and tried in DuckDB: thousands in minutes. A mutant that no
test notices has survived; tests/mutation_survivors.csv says of the known ones why that
is right.
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
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.progress import track
from rich.table import Table

from customer_health.dbt import PROJECT

SURVIVORS = PROJECT / "tests" / "mutation_survivors.csv"
NOT_COPIED = (".venv", ".git", "data", "warehouse", "published", "target", "logs")
MARK = re.compile(r"/\*@\d+[<>]\*/")
console = Console()


@dataclass(frozen=True)
class Mutant:
    """One change: characters start to end of the file become `new`."""

    path: Path
    """Relative to the project."""
    kind: str
    start: int
    end: int
    new: str | None
    """None: of a call, its first argument."""
    line: str
    """The line that it changes, as it was."""

    @property
    def model(self) -> str:
        """The model, or the file of macros."""
        return self.path.stem

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
    ("sign", r" \* (?=\w)", lambda m: " / "),
    ("sign", r" / (?=\w)", lambda m: " * "),
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


def mutants_of(path: Path, sql: str) -> list[Mutant]:
    """All mutants of a file, in the order of their places."""
    code = _without_comments(sql)
    found = []

    def add(kind: str, start: int, end: int, new: str | None) -> None:
        shown = start + len(sql[start:end]) - len(sql[start:end].lstrip("\n"))
        begin = sql.rfind("\n", 0, shown) + 1
        line = sql[begin : sql.find("\n", shown)].strip()
        found.append(Mutant(path, kind, start, end, new, line))

    for kind, pattern, replace in REPLACEMENTS:
        for match in re.finditer(pattern, code):
            add(kind, *match.span(), replace(match))
    for kind, pattern, ending in CALLS:
        for match in re.finditer(pattern, code):
            end = _closing(code, code.index("(", match.start())) + 1
            if not ending:
                add(kind, match.start(), end, "")
            elif sql[match.start() : end].endswith(ending):
                add(kind, match.start(), end, None)
    return sorted(found, key=lambda mutant: mutant.start)


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


def marked(sql: str, mutants: dict[int, Mutant]) -> str:
    """The SQL with a comment before and after the place of each mutant."""
    marks = []
    for number, mutant in mutants.items():
        marks += [(mutant.start, 1, f"/*@{number}<*/")]
        marks += [(mutant.end, 0, f"/*@{number}>*/")]
    for position, _, mark in sorted(marks, reverse=True):
        sql = sql[:position] + mark + sql[position:]
    return sql


def broken(sql: str, number: int, mutant: Mutant) -> str:
    """Marked SQL with one mutant, as SQL without marks."""

    def change(place: re.Match[str]) -> str:
        if mutant.new is not None:
            return mutant.new
        call = MARK.sub("", place[1])
        return f"({call[call.index('(') + 1 : -len(', 0)')]})"

    place = rf"/\*@{number}<\*/(.*?)/\*@{number}>\*/"
    return MARK.sub("", re.sub(place, change, sql, flags=re.DOTALL))


def main() -> int:
    """Tries the mutants; returns 1 when one survives without an explanation."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument(
        "--model", action="append", help="only this model or macro; repeatable"
    )
    parser.add_argument(
        "--kind",
        action="append",
        help="only mutants whose kind begins so, such as window or sign; repeatable",
    )
    arguments = parser.parse_args()
    kinds = tuple(arguments.kind or [""])
    files = [
        path.relative_to(PROJECT)
        for folder in ("macros", "models")
        for path in sorted((PROJECT / folder).rglob("*.sql"))
        if not arguments.model or path.stem in arguments.model
    ]
    mutants = dict(
        enumerate(
            mutant
            for path in files
            for mutant in mutants_of(path, (PROJECT / path).read_text())
            if mutant.kind.startswith(kinds)
        )
    )
    if not mutants:
        parser.error("nothing to break: is there such a model, macro or kind?")
    tests = compiled_tests(mutants)
    connection = duckdb.connect()
    for name, sql in tests.items():
        if not passes(connection, MARK.sub("", sql)):
            raise SystemExit(f"The unit test {name} fails before any break.")
    tests_of = defaultdict(list)
    for name, sql in tests.items():
        for number in set(re.findall(r"/\*@(\d+)<\*/", sql)):
            tests_of[int(number)].append(name)
    outcomes = [
        (
            mutants[number],
            outcome(connection, number, mutants[number], map(tests.get, names)),
        )
        for number, names in track(
            sorted(tests_of.items()), "Breaking the SQL", console=console
        )
    ]
    in_no_test = Counter(
        mutant.model for number, mutant in mutants.items() if number not in tests_of
    )
    if in_no_test:
        console.print(
            f"{in_no_test.total()} places are in no unit test and were not tried: "
            + ", ".join(f"{name} {places}" for name, places in in_no_test.items())
        )
    return report(outcomes)


def compiled_tests(mutants: dict[int, Mutant]) -> dict[str, str]:
    """The SQL of the unit tests by name, with the places of the mutants marked."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns(*NOT_COPIED))
        of_file: dict[Path, dict[int, Mutant]] = defaultdict(dict)
        for number, mutant in mutants.items():
            of_file[mutant.path][number] = mutant
        for path, found in of_file.items():
            (project / path).write_text(marked((project / path).read_text(), found))
        raw = Path(folder) / "raw"
        for name, text in {
            "crm/accounts.csv": "account_id,created_at\nA,2026-01-01\n",
            "billing/subscriptions.csv": "subscription_id,account_id,valid_from\n"
            "S,A,2026-01-01\n",
        }.items():
            (raw / name).parent.mkdir(parents=True)
            (raw / name).write_text(text)
        for step in (
            ["build", "--resource-type=seed", "--resource-type=model"],
            ["test", "--select=test_type:unit"],
        ):
            with console.status(f"dbt {step[0]} …"):
                done = subprocess.run(
                    [
                        str(Path(sys.executable).with_name("dbt")),
                        "--quiet",
                        *step,
                        f"--profiles-dir={PROJECT}",
                        f"--vars={json.dumps({'raw_path': str(raw)})}",
                    ],
                    cwd=project,
                    env=os.environ
                    | {"CUSTOMER_HEALTH_WAREHOUSE": str(Path(folder) / "w.duckdb")},
                    capture_output=True,
                    text=True,
                )
            if done.returncode:
                raise SystemExit(
                    f"dbt {step[0]} fails before any break:\n{done.stdout}"
                )
        manifest = json.loads((project / "target" / "manifest.json").read_text())
        names = {test["name"] for test in manifest["unit_tests"].values()}
        return {
            file.stem: file.read_text()
            for file in sorted((project / "target" / "run").rglob("*.sql"))
            if file.stem in names
        }


def outcome(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    mutant: Mutant,
    tests: Iterator[str],
) -> str:
    """What the unit tests say of a mutant.

    caught: one fails; survived: none does; invalid: the SQL does not run.
    """
    is_invalid = False
    for sql in tests:
        try:
            if not passes(connection, broken(sql, number, mutant)):
                return "caught"
        except duckdb.Error:
            is_invalid = True
    return "invalid" if is_invalid else "survived"


def passes(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    """Whether a compiled unit test finds the same rows as actual and as expected."""
    found = connection.execute(sql)
    kind = [column[0] for column in found.description].index("actual_or_expected")
    rows = {"actual": Counter(), "expected": Counter()}
    for row in found.fetchall():
        # NaN does not equal itself, and null is not the text None
        values = tuple(repr(value) for value in (*row[:kind], *row[kind + 1 :]))
        rows[row[kind]][values] += 1
    return rows["actual"] == rows["expected"]


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
        f" {len({mutant.model for mutant, _ in outcomes})} models and macros:"
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
