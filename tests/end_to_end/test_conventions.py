"""Conventions: the project keeps them, and every rule finds who does not."""

import copy
import json
import shutil
import sys

import pytest
import yaml
from customer_health import check_conventions
from customer_health.check_conventions import RULES, TARGET, Problem, bouncer, check
from laboratory import NOT_COPIED, PROJECT


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, in which nothing may change."""
    folder = tmp_path_factory.mktemp("conventions") / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
    shutil.copy(folder / "profiles.example.yml", folder / "profiles.yml")
    return folder


@pytest.fixture(scope="module")
def problems(project):
    return check(project)


@pytest.fixture(scope="module")
def manifest(project, problems) -> dict:
    return json.loads((project / TARGET / "manifest.json").read_text())


@pytest.fixture
def broken(project, manifest, tmp_path):
    """A copy of the project and of its manifest, to be broken."""
    folder = tmp_path / "project"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("target"))
    return folder, copy.deepcopy(manifest)


def test_the_project_keeps_its_conventions(problems):
    assert problems == []


def edit(file, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def resource(manifest: dict, kind: str, name: str) -> dict:
    return next(made for made in manifest[kind].values() if made["name"] == name)


# Each breaks one rule, in one place, and returns the file that must be named.


def line_1_of_a_model_is_its_grain(project, manifest):
    file = "models/marts/semantic/calendar_days.sql"
    edit(project / file, "-- One row per day", "-- All days")
    return file


def properties_are_named_after_their_folder(project, manifest):
    folder = project / "models/marts/semantic"
    (folder / "_semantic__models.yml").rename(folder / "_models.yml")
    return "models/marts/semantic/_models.yml"


def a_macro_says_what_it_does(project, manifest):
    file = "macros/load_raw_tables.sql"
    edit(project / file, "{# Makes a table anew from a query. #}", "")
    return file


def a_unit_test_is_a_claim_about_its_model(project, manifest):
    name = "calendar_days__without_history_there_is_none"
    test = resource(manifest, "unit_tests", name)
    test["name"] = "there_is_none"
    return test["original_file_path"]


def a_test_of_data_is_named_as_its_claim(project, manifest):
    (project / "tests/claims/bands.sql").write_text("-- Bands that are none.\nselect 1")
    return "tests/claims/bands.sql"


def a_mart_has_a_column_that_is_never_null(project, manifest):
    mart = resource(manifest, "nodes", "calendar_days")
    mart["columns"]["calendar_day"]["constraints"] = []
    return mart["original_file_path"]


def a_mart_is_published(project, manifest):
    exposure = resource(manifest, "exposures", "published_marts")
    exposure["depends_on"]["nodes"].remove("model.customer_health.calendar_days")
    return "models/marts/semantic/calendar_days.sql"


def a_seed_tells_type_and_meaning_of_its_columns(project, manifest):
    del resource(manifest, "nodes", "personas")["columns"]["description"]
    return "seeds/personas.csv"


def a_metric_tells_its_unit_and_meaning(project, manifest):
    metric = resource(manifest, "metrics", "churn_rate")
    metric["description"] = "Churn rate."
    return metric["original_file_path"]


def a_setting_says_what_it_means(project, manifest):
    edit(project / "dbt_project.yml", "vars:\n", "vars:\n  new_setting: 1\n\n")
    return "dbt_project.yml"


def a_command_says_what_it_is_for(project, manifest):
    (project / "scripts" / "do_something").write_text("#!/usr/bin/env bash\nset -e\n")
    return "scripts/do_something"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_finds_who_breaks_it(broken, rule):
    assert list(rule(*broken)) == []
    file = getattr(sys.modules[__name__], rule.__name__)(*broken)
    ((named, remedy),) = rule(*broken)
    assert named == file
    assert remedy


def test_what_else_must_be_told_is_asked_for(broken):
    """Second halves of rules: no description, no first line, no type."""
    project, manifest = broken
    resource(manifest, "unit_tests", "calendar_days__without_history_there_is_none")[
        "description"
    ] = ""
    del resource(manifest, "nodes", "personas")["config"]["column_types"]["persona"]
    (project / "tests/claims/a_b_c.sql").write_text("select 1")
    found = [
        remedy
        for rule in (
            check_conventions.a_unit_test_is_a_claim_about_its_model,
            check_conventions.a_seed_tells_type_and_meaning_of_its_columns,
            check_conventions.a_test_of_data_is_named_as_its_claim,
        )
        for _, remedy in rule(project, manifest)
    ]
    assert [remedy.split()[0] for remedy in found] == ["Describe", "Give", "Say"]


def test_dbt_bouncer_finds_who_breaks_its_rules(broken):
    project, manifest = broken
    mart = resource(manifest, "nodes", "calendar_days")
    mart["config"]["contract"]["enforced"] = mart["contract"]["enforced"] = False
    mart["config"]["meta"] = mart["meta"] = {}
    mart["columns"]["calendar_day"]["description"] = ""
    mart["raw_code"] = "-- One row.\nselect current_date as calendar_day"
    asking = resource(manifest, "nodes", "customer_months")
    asking["raw_code"] = "-- One row.\n{% set rows = run_query('select 1') %}\nselect 1"
    staged = resource(manifest, "nodes", "stg_crm__accounts")
    staged["name"] = "stg_accounts"
    (project / TARGET).mkdir(parents=True)
    (project / TARGET / "manifest.json").write_text(json.dumps(manifest))
    found = {(problem.rule, problem.file) for problem in bouncer(project)}
    assert found >= {
        (rule, "models/marts/semantic/calendar_days.sql")
        for rule in (
            "model_has_contracts_enforced",
            "model_has_meta_keys",
            "model_column_description_populated",
            "model_code_does_not_contain_regexp_pattern",
        )
    } | {
        (
            "model_code_does_not_contain_regexp_pattern",
            "models/marts/semantic/customer_months.sql",
        ),
        ("model_names", "models/staging/crm/stg_crm__accounts.sql"),
    }


def test_what_is_found_is_printed_and_fails(monkeypatch, capsys):
    found = [Problem("a_rule", "models/a.sql", "Put it [right].")]
    monkeypatch.setattr(check_conventions, "check", lambda project: found)
    monkeypatch.setattr(sys, "argv", ["check_conventions"])
    assert check_conventions.main() == 1
    printed = capsys.readouterr().out
    assert "a_rule models/a.sql" in printed and "Put it [right]." in printed


def test_hooks_need_nothing_from_elsewhere():
    """Every hook is local, and runs what is in the project's environment."""
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())
    assert {repository["repo"] for repository in hooks["repos"]} == {"local"}
    for hook in hooks["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        commands = hook["entry"].removeprefix("env CUSTOMER_HEALTH_WAREHOUSE=:memory: ")
        assert commands.startswith(("scripts/", ".venv/bin/")), hook
