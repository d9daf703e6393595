"""Two warehouses, or two files, row by row."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb

HISTORY_MARTS = (
    "account_health_daily",
    "dimension_scores_daily",
    "signal_scores_daily",
)
# When and by which run a row was written: all that may differ between equal runs.
STAMPS = frozenset({"run_id", "computed_at", "recorded_at"})
SHOWN_ROWS = 5


def assert_same_rows(
    left: Path,
    right: Path,
    marts: Iterable[str] = HISTORY_MARTS,
    *,
    days: Iterable[date] | None = None,
    with_stamps: bool = False,
) -> None:
    """Fails with the first rows that only one of two warehouses has.

    `days` limits the comparison to these days; `with_stamps` compares run_id and
    computed_at as well: the very rows must be untouched.
    """
    problems = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left}' as one (read_only)")
        connection.execute(f"attach '{right}' as other (read_only)")
        for mart in marts:
            problems += _differences(connection, mart, days, with_stamps)
    assert not problems, "\n".join(problems)


def _differences(
    connection: duckdb.DuckDBPyConnection,
    mart: str,
    days: Iterable[date] | None,
    with_stamps: bool,
) -> list[str]:
    relations = [f"{warehouse}.main.{mart}" for warehouse in ("one", "other")]
    names = [
        [row[0] for row in connection.execute(f"describe {relation}").fetchall()]
        for relation in relations
    ]
    if sorted(names[0]) != sorted(names[1]):
        return [f"{mart} has columns {names[0]} and {names[1]}"]
    compared = [name for name in names[0] if with_stamps or name not in STAMPS]
    condition = "true"
    if days is not None:
        listed = ", ".join(f"date '{day}'" for day in days)
        condition = f"snapshot_date in ({listed})"
    selections = [
        f"select {', '.join(compared)} from {relation} where {condition}"
        for relation in relations
    ]
    problems = []
    if not connection.execute(f"select count(*) from ({selections[0]})").fetchone()[0]:
        problems.append(f"{mart} has no rows to compare")
    for first, second, side in (
        (*selections, "one"),
        (*reversed(selections), "other"),
    ):
        only = f"({first}) except all ({second})"
        found = connection.execute(f"select count(*) from ({only})").fetchone()[0]
        if found:
            shown = connection.execute(
                f"select * from ({only}) order by all limit {SHOWN_ROWS}"
            ).fetchall()
            problems.append(f"{mart}: {found} rows only in the {side} warehouse:")
            problems.append(f"  {compared}")
            problems += [f"  {row}" for row in shown]
    return problems
