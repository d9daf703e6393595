"""The queries in analyses/ say who asks what, and answer it from what is published."""

import re

import duckdb
import pytest
from customer_health.query import run
from laboratory import PROJECT

ROLES = (
    "Everybody",
    "Customer success manager",
    "Head of customer success",
    "Finance",
    "Product",
    "Marketing",
    "Sales",
    "Data owner",
    "Analyst",
)
FILES = sorted((PROJECT / "analyses").glob("*.sql"))
# They are templates that read the warehouse; looked_back() runs them.
TEMPLATES = ("recomputed_scores", "what_changed_between_two_days")
QUERIES = [file for file in FILES if file.stem not in TEMPLATES]

# Queries whose answer may be nothing on the small data of these tests.
MAY_BE_EMPTY = {
    "head_of_cs_who_left_while_green_and_what_knew": "needs losses after a month-end",
    "head_of_cs_what_knew_that_green_accounts_leave": "needs losses after a month-end",
    "data_owner_whose_score_rests_on_stale_data": "no table may be stale",
}


def by_name(file):
    return file.stem


def comment(file) -> str:
    """The words above the query, as one line."""
    head = re.match(r"((?:--.*\n)+)|{#-(.*?)-#}", file.read_text(), re.DOTALL)
    return " ".join((head[1] or head[2]).replace("--", " ").split())


@pytest.mark.parametrize("file", FILES, ids=by_name)
def test_every_query_says_who_asks_what(file):
    """It begins with a role and a question; catches one that nobody knows when to
    run."""
    words = comment(file)
    role = re.match(r"[A-Z][a-z]+(?: [a-z]+)*", words)[0]
    assert any(role.startswith(name) for name in ROLES), role
    assert ": " in words and "?" in words, words


def test_every_role_has_queries():
    """Catches a role that was forgotten, or is written in two ways."""
    asked = {name for name in ROLES for file in FILES if comment(file).startswith(name)}
    assert asked == set(ROLES)


@pytest.mark.parametrize("file", QUERIES, ids=by_name)
def test_every_query_runs_on_what_is_published(publication, file):
    """As scripts/query runs it, in a file that has the published marts alone, and finds
    something; catches a column that was renamed, and a query on the warehouse."""
    columns, found = run(publication.folder / "customer_health.duckdb", file)
    assert len(set(columns)) == len(columns)
    assert found or file.stem in MAY_BE_EMPTY


@pytest.mark.parametrize("variable", ["account", "owner"])
def test_queries_are_of_one_account_or_owner_where_asked(publication, variable):
    """Every query that asks for a variable shows nobody else; catches a condition that
    is not there, or is lost in an `or`."""
    marts = publication.folder / "customer_health.duckdb"
    column = f"{variable}_id"
    asking = [
        file for file in QUERIES if f"getvariable('{variable}')" in file.read_text()
    ]
    assert asking
    for file in asking:
        columns, found = run(marts, file)
        if column not in columns or not found:
            continue
        one = found[-1][columns.index(column)]
        columns, found = run(marts, file, **{variable: one})
        assert {row[columns.index(column)] for row in found} == {one}, file.stem


def test_no_query_writes(publication, tmp_path):
    """The file is opened to be read only; catches a reader who can damage it."""
    query = tmp_path / "query.sql"
    query.write_text("delete from account_health_current")
    with pytest.raises(duckdb.Error):
        run(publication.folder / "customer_health.duckdb", query)
