"""The command scripts/check_conventions: the rules of the house, without a warehouse.

Those that dbt's manifest can tell stand in dbt-bouncer.yml. The others, about texts and
files, are the functions below, one per rule: each yields where it is not kept.
"""

import argparse
import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from customer_health.dbt import PROJECT, environment_of_dbt

# Where dbt-bouncer.yml has it look for the manifest.
TARGET = Path("target", "conventions")


@dataclass(frozen=True)
class Problem:
    """A rule that is not kept."""

    rule: str
    file: str
    remedy: str


class CannotCheck(Exception):
    """dbt or dbt-bouncer did not run; the message is theirs."""


def main() -> int:
    """Prints what is not kept; returns 1 when there is any."""
    argparse.ArgumentParser(
        prog="scripts/check_conventions", description=__doc__.splitlines()[0]
    ).parse_args()
    console = Console(soft_wrap=True)
    try:
        problems = check(PROJECT)
    except CannotCheck as problem:
        print(problem, file=sys.stderr)
        return 1
    for problem in problems:
        console.print(f"[bold red]{problem.rule}[/] {problem.file}", highlight=False)
        console.print(f"    {problem.remedy}", highlight=False, markup=False)
    if problems:
        console.print(f"{len(problems)} places break a convention.")
        return 1
    console.print("All conventions are kept.")
    return 0


def check(project: Path) -> list[Problem]:
    """All places where a rule is not kept. Raises CannotCheck."""
    manifest = read_manifest(project)
    problems = list(bouncer(project))
    for rule in RULES:
        problems += [
            Problem(rule.__name__, file, remedy)
            for file, remedy in rule(project, manifest)
        ]
    return sorted(problems, key=lambda problem: (problem.rule, problem.file))


def read_manifest(project: Path) -> dict:
    """What dbt knows of the project, read anew. Raises CannotCheck."""
    run(
        project,
        "dbt",
        "--quiet",
        "parse",
        f"--profiles-dir={project}",
        f"--target-path={TARGET}",
    )
    return json.loads((project / TARGET / "manifest.json").read_text())


def bouncer(project: Path) -> Iterator[Problem]:
    """What dbt-bouncer finds. Raises CannotCheck."""
    found = project / TARGET / "dbt_bouncer.json"
    found.unlink(missing_ok=True)
    run(
        project,
        "dbt-bouncer",
        "run",
        f"--config-file={project / 'dbt-bouncer.yml'}",
        f"--output-file={found}",
        "--output-only-failures",
        result=found,
    )
    for failure in json.loads(found.read_text()):
        yield Problem(
            failure["check_run_id"].split(":")[0].removeprefix("check_"),
            failure["file_path"],
            failure["failure_message"],
        )


def run(project: Path, *command: str, result: Path | None = None) -> None:
    """Runs a program of this environment. It may fail if it writes its `result`."""
    ended = subprocess.run(
        [Path(sys.executable).with_name(command[0]), *command[1:]],
        cwd=project,
        # dbt opens no warehouse to read a project
        env=environment_of_dbt("duckdb", Path(":memory:")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if ended.returncode != 0 and not (result and result.exists()):
        raise CannotCheck(f"{command[0]} cannot run:\n{ended.stdout}")


# A rule yields files, and what to do there.
Found = Iterator[tuple[str, str]]


def line_1_of_a_model_is_its_grain(project: Path, manifest: dict) -> Found:
    for file in sorted(project.glob("models/**/*.sql")):
        if not file.read_text().startswith("-- One row"):
            yield (
                str(file.relative_to(project)),
                'Begin with what a row is, such as "-- One row per account per day".',
            )


def properties_are_named_after_their_folder(project: Path, manifest: dict) -> Found:
    """Exposures lie above the folders, in files that are named as people call them."""
    for file in sorted(project.glob("models/*/*/*.yml")):
        folder = file.parent.name
        if not file.name.startswith(f"_{folder}__"):
            yield (
                str(file.relative_to(project)),
                f"Name it _{folder}__models.yml, or _{folder}__ and what it is about.",
            )


def a_macro_says_what_it_does(project: Path, manifest: dict) -> Found:
    """In _macros.yml or in a comment above it; what an engine does for it need not."""
    for macro in of_the_project(manifest["macros"]):
        name = macro["name"].removeprefix("test_")
        text = (project / macro["original_file_path"]).read_text()
        commented = re.search(rf"#\}}\s*\{{%-?\s*(macro|test)\s+{name}\b", text)
        if not (commented or macro["description"] or "__" in name):
            yield (
                macro["original_file_path"],
                f"Say above the macro {name} what it does, or in macros/_macros.yml.",
            )


def a_unit_test_is_a_claim_about_its_model(project: Path, manifest: dict) -> Found:
    for test in of_the_project(manifest["unit_tests"]):
        subject, _, claim = test["name"].partition("__")
        if not claim or not test["model"].startswith(subject):
            yield (
                test["original_file_path"],
                f"Name {test['name']} {test['model']}__ and what it proves.",
            )
        if not test["description"]:
            yield (
                test["original_file_path"],
                f"Describe {test['name']}: what is given, what must come of it.",
            )


def a_test_of_data_is_named_as_its_claim(project: Path, manifest: dict) -> Found:
    for file in sorted(project.glob("tests/claims/*.sql")):
        name = str(file.relative_to(project))
        if file.stem.count("_") < 2:
            yield name, "Name it as the sentence that it proves: changes_add_up.sql."
        if not file.read_text().startswith("-- "):
            yield name, "Say in the first line which rows it finds."


def a_mart_has_a_column_that_is_never_null(project: Path, manifest: dict) -> Found:
    for model in of_the_project(manifest["nodes"]):
        if not model["original_file_path"].startswith("models/marts/"):
            continue
        constraints = [
            constraint["type"]
            for column in model["columns"].values()
            for constraint in column["constraints"]
        ]
        if model["resource_type"] == "model" and "not_null" not in constraints:
            yield (
                model["original_file_path"],
                "Constrain its key with {type: not_null}.",
            )


def a_mart_is_published(project: Path, manifest: dict) -> Found:
    exposure = manifest["exposures"]["exposure.customer_health.published_marts"]
    for model in of_the_project(manifest["nodes"]):
        if (
            model["resource_type"] == "model"
            and model["original_file_path"].startswith("models/marts/")
            and model["unique_id"] not in exposure["depends_on"]["nodes"]
        ):
            yield (
                model["original_file_path"],
                f"Add ref('{model['name']}') to published_marts in _exposures.yml.",
            )


def a_seed_tells_type_and_meaning_of_its_columns(
    project: Path, manifest: dict
) -> Found:
    for seed in of_the_project(manifest["nodes"]):
        if seed["resource_type"] != "seed":
            continue
        with (project / seed["original_file_path"]).open() as file:
            columns = next(csv.reader(file))
        for column in columns:
            if column not in seed["config"]["column_types"]:
                yield (
                    seed["original_file_path"],
                    f"Give {column} a type in column_types of seeds/_seeds__*.yml.",
                )
            if not seed["columns"].get(column, {}).get("description"):
                yield (
                    seed["original_file_path"],
                    f"Describe {column} in seeds/_seeds__*.yml.",
                )


def a_metric_tells_its_unit_and_meaning(project: Path, manifest: dict) -> Found:
    for metric in of_the_project(manifest["metrics"]):
        if not metric["label"] or len((metric["description"] or "").split()) < 5:
            yield (
                metric["original_file_path"],
                f"Give {metric['name']} a label, and a description with its unit.",
            )


def a_setting_says_what_it_means(project: Path, manifest: dict) -> Found:
    """In a comment above it, or above those that it stands with."""
    text = (project / "dbt_project.yml").read_text()
    settings = re.search(r"^vars:\n(.*?)^\S", text, re.MULTILINE | re.DOTALL)
    lines = ["", *settings[1].splitlines()]
    for before, line in pairwise(lines):
        if re.match(r"  \w+:", line) and not before.strip():
            yield (
                "dbt_project.yml",
                f"Say in a comment above{line.split(':')[0].rstrip()} what it means.",
            )


def a_command_says_what_it_is_for(project: Path, manifest: dict) -> Found:
    for file in sorted((project / "scripts").iterdir()):
        if file.is_file() and not file.suffix:
            lines = file.read_text().splitlines()
            if len(lines) < 2 or not lines[1].startswith("# "):
                yield (
                    str(file.relative_to(project)),
                    "Say in a comment in the second line what it is for.",
                )


RULES: list[Callable[[Path, dict], Found]] = [
    line_1_of_a_model_is_its_grain,
    properties_are_named_after_their_folder,
    a_macro_says_what_it_does,
    a_unit_test_is_a_claim_about_its_model,
    a_test_of_data_is_named_as_its_claim,
    a_mart_has_a_column_that_is_never_null,
    a_mart_is_published,
    a_seed_tells_type_and_meaning_of_its_columns,
    a_metric_tells_its_unit_and_meaning,
    a_setting_says_what_it_means,
    a_command_says_what_it_is_for,
]


def of_the_project(resources: dict) -> list[dict]:
    """Resources of the manifest that are not those of dbt itself."""
    return [
        resource
        for resource in resources.values()
        if resource["package_name"] == "customer_health"
    ]


if __name__ == "__main__":
    sys.exit(main())
