"""scripts/mutate breaks what it says, and tells what unit tests say of it."""

from pathlib import Path

import duckdb
import pytest
from customer_health.mutate import MARK, broken, marked, mutants_of, outcome

MODEL = """-- A comment - 1 <= 2 is no SQL.
select
    count(*) as days,
    coalesce(max(day), 0) - 1 as last_day
from events
where
    day > snapshot_date - 28
    and day <= snapshot_date
"""

TEST = """
with events as (
    select * from (values (2, 30), (3, 30), (30, 30)) as days(day, snapshot_date)
),
actual as ({model})
select days, last_day, 'actual' as actual_or_expected from actual
union all
select 2, 29, 'expected'
"""


@pytest.fixture(scope="module")
def mutants():
    return dict(enumerate(mutants_of(Path("models/days.sql"), MODEL)))


def made(mutants, kind):
    sql = marked(MODEL, mutants)
    return [
        broken(sql, number, mutant)
        for number, mutant in mutants.items()
        if mutant.kind == kind
    ]


def test_marks_change_nothing(mutants):
    """Without its marks the SQL is as it was; catches marks that eat a character."""
    assert MARK.sub("", marked(MODEL, mutants)) == MODEL


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("window one day longer", ("- 28", "- 29")),
        ("window one day shorter", ("- 28", "- 27")),
        ("sign", ("- 1 as", "+ 1 as")),
        ("zero is null", ("coalesce(max(day), 0)", "(max(day))")),
        ("aggregate", ("max(", "min(")),
        ("condition dropped", ("\n    and day <= snapshot_date", "")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mutant_is_one_change(mutants, kind, change):
    """Exactly the one place is changed, comments never, also inside of another place;
    catches a mutant that changes nothing and so always survives."""
    before, after = change
    assert made(mutants, kind) == [MODEL.replace(before, after)]


def test_what_a_unit_test_notices_is_caught(mutants):
    """A longer window counts day 2; null for zero is not noticed here; catches a tool
    that calls everything caught, or nothing."""
    sql = TEST.format(model=marked(MODEL, mutants))
    said = {
        mutant.kind: outcome(duckdb.connect(), number, mutant, [sql])
        for number, mutant in mutants.items()
    }
    assert said["window one day longer"] == "caught"
    assert said["sign"] == "caught"
    assert said["zero is null"] == "survived"
    assert said["condition dropped"] == "survived"


def test_null_is_not_the_text_none(mutants):
    """Catches a comparison of rows as texts, in which the two are the same."""
    sql = (
        "select null::text as word, 'actual' as actual_or_expected "
        "union all select 'None', 'expected'"
    )
    assert outcome(duckdb.connect(), 0, mutants[0], [sql]) == "caught"
