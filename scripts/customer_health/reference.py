"""The benchmark's reference: the same scores from the same raw files, without dbt, by
SQL that is written for speed alone (scripts/benchmark_reference/reference.sql).

    python -m customer_health.reference score --raw data/raw --out reference.duckdb \
        --from 2025-06-29 --to 2026-06-29
    python -m customer_health.reference compare --reference reference.duckdb \
        --warehouse warehouse/customer_health.duckdb

A first run scores all days of the range. A later run on the same file scores its range
anew, which may be the open days alone, and reads only the open days of usage.events.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[2]
SEEDS = PROJECT / "seeds"
REFERENCE_SQL = PROJECT / "scripts" / "benchmark_reference" / "reference.sql"
LATE_DATA_DAYS = 3
DAYS_PER_CHUNK = 31
SELECTORS = (
    "segment",
    "industry",
    "region",
    "size_band",
    "service_tier",
    "product",
)
# what light_signals in reference.sql has
LIGHT_SIGNALS = frozenset(
    {"login_days_28d", "cases_per_seat_90d", "touches_90d", "nps_180d", "arr"}
)
STATUSES = ("measured", "missing", "stale source", "not applicable")

ACCOUNT_COLUMNS = (
    "arr",
    "segment",
    "industry",
    "region",
    "size_band",
    "service_tier",
    "product",
    "owner_id",
    "parent_account_id",
    "tenure_days",
    "days_to_renewal",
)
KEYS = {
    "account_health_daily": ("account_id", "snapshot_date"),
    "dimension_scores_daily": ("account_id", "snapshot_date", "dimension"),
    "signal_scores_daily": ("account_id", "snapshot_date", "signal"),
}
NUMBERS = ("DOUBLE", "FLOAT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT")


# Policy, from the seeds


@dataclass(frozen=True)
class Signal:
    """A signal of a scorecard: its row in seeds/scorecard_signals.csv, and its source."""

    name: str
    dimension: str
    source: str
    weight: float
    shape: str
    knots: dict[str, float | None]
    missing_policy: str

    @property
    def column(self) -> str:
        """Its column in full_signals and light_signals."""
        return "arr_signal" if self.name == "arr" else self.name


@dataclass(frozen=True)
class Card:
    """A version of a scorecard. `number` is what card_of returns."""

    number: int
    name: str
    version: int
    minimum_coverage: float
    dimensions: dict[str, float]
    signals: tuple[Signal, ...]

    @property
    def is_light(self) -> bool:
        return {signal.name for signal in self.signals} <= LIGHT_SIGNALS


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def published_scorecards() -> list[dict[str, str]]:
    """Published versions, those that win first."""
    rows = [row for row in seed("scorecards") if row["status"] == "published"]
    return sorted(
        rows,
        key=lambda row: (int(row["priority"]), row["effective_from"]),
        reverse=True,
    )


def cards() -> list[Card]:
    meanings = {row["signal"]: row for row in seed("signals")}

    def signal(row: dict[str, str]) -> Signal:
        meaning = meanings[row["signal"]]
        names = ("zero_at", "fifty_at", "hundred_at", "hundred_until", "zero_again_at")
        return Signal(
            row["signal"],
            meaning["dimension"],
            meaning["governing_source"],
            float(row["weight"]),
            row["shape"],
            {name: float(row[name]) if row[name] else None for name in names},
            row["missing_policy"],
        )

    def of(name: str, version: str, rows: Iterable[dict[str, str]]):
        return [
            row
            for row in rows
            if row["scorecard"] == name and row["version"] == version
        ]

    found = []
    for number, row in enumerate(published_scorecards()):
        key = row["scorecard"], row["version"]
        dimensions = {
            row["dimension"]: float(row["weight"])
            for row in of(*key, seed("scorecard_dimensions"))
        }
        signals = [signal(row) for row in of(*key, seed("scorecard_signals"))]
        found.append(
            Card(
                number,
                row["scorecard"],
                int(row["version"]),
                float(row["minimum_coverage"]),
                dimensions,
                tuple(each for each in signals if each.dimension in dimensions),
            )
        )
    return found


def signals_to_store() -> set[str]:
    """Those with weight in any version; the others are stored on last days of months."""
    return {
        row["signal"] for row in seed("scorecard_signals") if float(row["weight"]) > 0
    } | {row["signal"] for row in seed("score_caps") if row["signal"]}


def card_of() -> str:
    """The number of the scorecard of an account-day, as SQL."""
    branches = []
    for number, row in enumerate(published_scorecards()):
        if row["lifecycle_stage"]:
            raise NotImplementedError("the reference selects by what changes seldom")
        conditions = [f"day >= date '{row['effective_from']}'"]
        if row["effective_to"]:
            conditions.append(f"day < date '{row['effective_to']}'")
        conditions += [f"{name} = '{row[name]}'" for name in SELECTORS if row[name]]
        branches.append(f"when {' and '.join(conditions)} then {number}")
    return f"case {' '.join(branches)} end"


def lifecycle_stage() -> str:
    """The stage of an account-day, as SQL."""
    branches = []
    limits = (
        ("min_tenure_days", "tenure_days >="),
        ("max_tenure_days", "tenure_days <="),
        ("min_days_to_renewal", "days_to_renewal >="),
        ("max_days_to_renewal", "days_to_renewal <="),
    )
    rows = sorted(
        seed("lifecycle_stages"), key=lambda row: (-int(row["priority"]), row["stage"])
    )
    for row in rows:
        conditions = [f"{test} {row[name]}" for name, test in limits if row[name]]
        branches.append(
            f"when {' and '.join(conditions) or 'true'} then '{row['stage']}'"
        )
    return f"case {' '.join(branches)} end"


def health_band() -> str:
    """The band of uncapped_health_score on snapshot_date, as SQL."""
    rows = sorted(
        (row for row in seed("health_bands") if row["min_score"]),
        key=lambda row: (row["effective_from"], float(row["min_score"])),
        reverse=True,
    )
    branches = " ".join(
        f"when snapshot_date >= date '{row['effective_from']}' "
        f"and uncapped_health_score >= {row['min_score']} then '{row['band']}'"
        for row in rows
    )
    return f"case {branches} else 'unknown' end"


# Scoring, as SQL: a column per signal, so that nothing is joined


def exact(sum_of_doubles: str) -> str:
    """The sum that decimals of 12 places would give."""
    return f"round(({sum_of_doubles}) * 1e12) / 1e12"


def total(terms: Iterable[str]) -> str:
    return " + ".join(terms) or "0"


def measured_score(signal: Signal) -> str:
    """0 to 100 from the column of a signal's value; null stays null."""
    knots = signal.knots
    direction = 1 if knots["hundred_at"] > knots["zero_at"] else -1
    fifty = knots["fifty_at"]
    if fifty is None:
        fifty = (knots["zero_at"] + knots["hundred_at"]) / 2
    zero, fifty, hundred = (
        direction * knot for knot in (knots["zero_at"], fifty, knots["hundred_at"])
    )
    until, again = (
        None if knots[name] is None else direction * knots[name]
        for name in ("hundred_until", "zero_again_at")
    )
    x = f"({direction} * v_{signal.name})"
    if signal.shape == "step":
        below = f"{x} < {fifty!r}" + (
            f" or {x} >= {again!r}" if again is not None else ""
        )
        half = f"{x} < {hundred!r}" + (
            f" or {x} > {until!r}" if until is not None else ""
        )
        scored = f"when {below} then 0 when {half} then 50"
    else:
        lowest = f"{x} <= {zero!r}" + (
            f" or {x} >= {again!r}" if again is not None else ""
        )
        scored = (
            f"when {lowest} then 0 "
            f"when {x} < {fifty!r} then 50 * ({x} - {zero!r}) / ({fifty - zero!r}) "
            f"when {x} < {hundred!r} then "
            f"50 + 50 * ({x} - {fifty!r}) / ({hundred - fifty!r})"
        )
        if until is not None:
            scored += (
                f" when {x} > {until!r} then "
                f"100 * ({again!r} - {x}) / ({again - until!r})"
            )
    return f"case when v_{signal.name} is null then null {scored} else 100 end"


def scored_days(card: Card, stale: set[str], first: int, end: int) -> str:
    """A query of one row per account-day of a scorecard, with lists of its signals.

    Slots from `first` to before `end`; `stale` are the sources that are not fresh on all
    days. The lists are as long as there are signals to store on the day.
    """
    signals = card.signals
    relations = ["full_signals"] + ["light_signals"] * card.is_light
    stored = signals_to_store()
    by_dimension = {
        dimension: [each for each in signals if each.dimension == dimension]
        for dimension in card.dimensions
    }
    axes = {row["dimension"]: row["axis"] for row in seed("dimensions")}
    peers = [each for each in signals if each.missing_policy == "peer_median"]

    def status(signal: Signal) -> str:
        """Null where the source is fresh."""
        return f'states."{signal.source}"' if signal.source in stale else "null"

    def is_applicable(signal: Signal) -> str:
        if signal.source not in stale:
            return "true"
        return f"coalesce(s_{signal.name} <> 'not applicable', true)"

    def imputed(signal: Signal) -> str:
        measured = f"m_{signal.name}"
        value = {
            "neutral": "50",
            "penalise": "0",
            "peer_median": f"peers_{signal.name}.score",
        }.get(signal.missing_policy)
        if value is None:
            return f"round({measured}, 4)"
        otherwise = f"case when s_{signal.name} is null then {value} end"
        return f"round(coalesce({measured}, {otherwise}), 4)"

    # the value that counts; s_ is why there is none, if it is the source
    values = [
        f"{status(each)} as s_{each.name}, "
        + (f"case when {status(each)} is null then " if each.source in stale else "")
        + f"round(round(cast({each.column} as double), 9), 6)"
        + (" end" if each.source in stale else "")
        + f" as v_{each.name}"
        for each in signals
    ]
    measured = [
        f"cast({measured_score(each)} as double) as m_{each.name}" for each in signals
    ]
    scores = [f"{imputed(each)} as p_{each.name}" for each in signals]

    def dimension_weight(dimension: str, condition) -> str:
        return total(
            f"case when {condition(each)} then {each.weight!r} else 0 end"
            for each in by_dimension[dimension]
        )

    dimension_weights = [
        f"cast({dimension_weight(dimension, condition)} as double) as {prefix}_{dimension}"
        for prefix, condition in (
            ("scored", lambda each: f"p_{each.name} is not null"),
            ("applicable", is_applicable),
        )
        for dimension in card.dimensions
    ]
    account_weights = [
        "cast("
        + total(
            f"case when {prefix}_{dimension} > 0 then {weight!r} else 0 end"
            for dimension, weight in card.dimensions.items()
        )
        + f" as double) as {prefix}_account"
        for prefix in ("scored", "applicable")
    ]

    def share(signal: Signal, prefix: str) -> str:
        return (
            f"round(coalesce({signal.weight!r} / "
            f"nullif({prefix}_{signal.dimension}, 0) * "
            f"{card.dimensions[signal.dimension]!r} / "
            f"nullif({prefix}_account, 0), 0), 9)"
        )

    configured_dimensions = {
        dimension: sum(each.weight for each in by_dimension[dimension])
        for dimension in card.dimensions
    }
    configured_account = sum(
        weight
        for dimension, weight in card.dimensions.items()
        if configured_dimensions[dimension] > 0
    )

    def configured(signal: Signal) -> float:
        whole = configured_dimensions[signal.dimension]
        if not whole:
            return 0.0
        weight = card.dimensions[signal.dimension]
        return round(signal.weight / whole * weight / configured_account, 9)

    weights = [
        f"case when p_{each.name} is null then 0.0::double "
        f"else {share(each, 'scored')} end as w_{each.name}"
        for each in signals
    ] + [
        f"case when {is_applicable(each)} then {share(each, 'applicable')} "
        f"else 0.0::double end as a_{each.name}"
        for each in signals
    ]
    contributions = [
        f"round(w_{each.name} * (p_{each.name} - 50), 9) + 0.0::double as c_{each.name}"
        for each in signals
    ]

    sums = []
    for dimension, members in by_dimension.items():
        products = total(f"coalesce(w_{e.name} * p_{e.name}, 0)" for e in members)
        sums += [
            f"{exact(products)} as ws_{dimension}",
            f"{exact(total(f'w_{e.name}' for e in members))} as w_{dimension}",
            exact(
                total(
                    f"case when v_{e.name} is null then 0 else a_{e.name} end"
                    for e in members
                )
            )
            + f" as ma_{dimension}",
            f"{exact(total(f'a_{e.name}' for e in members))} as aa_{dimension}",
            exact(
                total(
                    f"case when {is_applicable(e)} then {configured(e)!r} else 0 end"
                    for e in members
                )
            )
            + f" as ca_{dimension}",
            f"{exact(total(f'coalesce(c_{e.name}, 0)' for e in members))} "
            f"as dc_{dimension}",
        ]
    dimension_scores = [
        f"round(ws_{d} / nullif(w_{d}, 0), 8) as d_{d}" for d in card.dimensions
    ]

    def weighted_mean(dimensions: Iterable[str]) -> str:
        chosen = list(dimensions)
        if not chosen:
            return "cast(null as double)"
        points = total(f"coalesce(w_{d} * d_{d}, 0)" for d in chosen)
        return (
            f"round({exact(points)} / "
            f"nullif({exact(total(f'w_{d}' for d in chosen))}, 0), 4)"
        )

    def share_of(prefix: str, whole: str) -> str:
        part = exact(total(f"{prefix}_{d}" for d in card.dimensions))
        return f"coalesce(round({part} / nullif({whole}, 0), 6), 0)"

    configured_sum = round(sum(configured(each) for each in signals), 12)
    applicable_sum = exact(total(f"aa_{d}" for d in card.dimensions))
    health = [
        f"{share_of('ma', applicable_sum)} as coverage",
        f"{share_of('ca', repr(configured_sum))} as applicable_share",
        f"{weighted_mean(card.dimensions)} as score",
    ] + [
        f"{weighted_mean(d for d in card.dimensions if axes[d] == axis)} as {axis}"
        for axis in ("relationship", "impact")
    ]

    watched = [each for each in signals if each.name not in stored]
    kept = [each for each in signals if each.name in stored]

    def listed(expression) -> str:
        """A list of what the expression is for each signal that is stored on the day."""
        usual = f"[{', '.join(map(expression, kept))}]"
        if not watched:
            return usual
        all_signals = f"[{', '.join(map(expression, [*kept, *watched]))}]"
        return (
            f"case when day(snapshot_date + 1) = 1 then {all_signals} else {usual} end"
        )

    def listed_dimensions(expression) -> str:
        return f"[{', '.join(map(expression, card.dimensions))}]"

    def status_of(signal: Signal) -> str:
        plain = f"case when v_{signal.name} is null then 'missing' else 'measured' end"
        if signal.source in stale:
            plain = f"coalesce(s_{signal.name}, {plain})"
        return f"cast({plain} as status_name)"

    lists = [
        listed(lambda e: f"'{e.name}'::signal_name") + " as signals",
        listed(lambda e: f"'{e.dimension}'::dimension_name") + " as signal_dimensions",
        listed(lambda e: f"v_{e.name}") + " as signal_values",
        listed(lambda e: f"p_{e.name}") + " as signal_scores",
        listed(lambda e: f"w_{e.name}") + " as signal_weights",
        listed(lambda e: f"c_{e.name}") + " as signal_contributions",
        listed(status_of) + " as signal_statuses",
        listed_dimensions(lambda d: f"'{d}'::dimension_name") + " as dimensions",
        listed_dimensions(lambda d: f"d_{d}") + " as dimension_scores",
        listed_dimensions(lambda d: f"w_{d}") + " as dimension_weights",
        listed_dimensions(lambda d: f"round(ma_{d} / nullif(aa_{d}, 0), 6)")
        + " as dimension_coverages",
        listed_dimensions(lambda d: f"case when w_{d} > 0 then dc_{d} end")
        + " as dimension_contributions",
    ]
    keys = ", ".join(
        ["account_id", "measures.slot", "snapshot_date", "card", *ACCOUNT_COLUMNS]
    )

    def columns(expressions: Iterable[str]) -> str:
        return ",\n    ".join(expressions)

    peer_tables = "".join(
        f"""
peers_{each.name} as (
    select slot, median(m_{each.name}) as score
    from measured
    where m_{each.name} is not null
    group by slot
    having count(*) >= 5
),"""
        for each in peers
    )
    peer_joins = "".join(
        f"\n    left join peers_{each.name} on measured.slot = peers_{each.name}.slot"
        for each in peers
    )
    valued = " union all ".join(
        f"""
    select {keys},
    {columns(values)}
    from {relation} as measures
    left join source_states as states on measures.slot = states.slot
    where measures.card = {card.number}
        and measures.slot >= {first} and measures.slot < {end}"""
        for relation in relations
    )
    return f"""
with valued as ({valued}
),
measured as materialized (
    select *,
    {columns(measured)}
    from valued
),{peer_tables}
scored as (
    select measured.*,
    {columns(scores)}
    from measured{peer_joins}
),
dimension_weighted as (
    select *,
    {columns(dimension_weights)}
    from scored
),
account_weighted as (
    select *,
    {columns(account_weights)}
    from dimension_weighted
),
weighted as (
    select *,
    {columns(weights)}
    from account_weighted
),
contributing as (
    select *,
    {columns(contributions)}
    from weighted
),
summed as (
    select *,
    {columns(sums)}
    from contributing
),
dimensions as (
    select *,
    {columns(dimension_scores)}
    from summed
)
select {keys.replace("measures.", "")},
    '{card.name}' as scorecard,
    {card.version} as scorecard_version,
    {columns(health)},
    {columns(lists)}
from dimensions
"""


# Running


TABLES = """
create type if not exists signal_name as enum ({signals});
create type if not exists dimension_name as enum ({dimensions});
create type if not exists status_name as enum ({statuses});
create table if not exists signal_scores_daily (
    account_id varchar, snapshot_date date, signal signal_name,
    dimension dimension_name, value double, score double, weight double,
    contribution double, status status_name
);
create table if not exists dimension_scores_daily (
    account_id varchar, snapshot_date date, dimension dimension_name, score double,
    weight double, coverage double, contribution double
);
create table if not exists account_health_daily (
    account_id varchar, snapshot_date date, scorecard varchar, scorecard_version int,
    health_score double, uncapped_health_score double, coverage double,
    applicable_share double, health_band varchar, settled_band varchar,
    relationship_score double, impact_score double, quadrant varchar, cap varchar,
    arr double, segment varchar, industry varchar, region varchar, size_band varchar,
    service_tier varchar, product varchar, owner_id varchar, parent_account_id varchar,
    lifecycle_stage varchar, tenure_days int, days_to_renewal int
);
"""

STORE = """
insert into signal_scores_daily
select
    account_id, snapshot_date, unnest(signals), unnest(signal_dimensions),
    unnest(signal_values), unnest(signal_scores), unnest(signal_weights),
    unnest(signal_contributions), unnest(signal_statuses)
from scored;
insert into dimension_scores_daily
select
    account_id, snapshot_date, unnest(dimensions), unnest(dimension_scores),
    unnest(dimension_weights), unnest(dimension_coverages),
    unnest(dimension_contributions)
from scored;
insert into account_health_daily
select
    account_id, snapshot_date, scorecard, scorecard_version,
    uncapped_health_score, uncapped_health_score, coverage, applicable_share,
    {band}, null, relationship_score, impact_score, null, null,
    {attributes}, {stage}, tenure_days, days_to_renewal
from scored;
"""


def texts(words: Iterable[str]) -> str:
    """A list of words as SQL."""
    return ", ".join(f"'{word}'" for word in words)


def raw_parquet(raw: Path, table: str) -> str:
    """The one Parquet file of a raw table, or all in its folder, as a pattern."""
    folder = raw / table
    return str(folder / "*.parquet" if folder.is_dir() else f"{folder}.parquet")


def months(first_day: date, last_day: date) -> list[tuple[int, int]]:
    """Half-open ranges of slots, each within a month: memory stays bounded."""
    days = [
        first_day + timedelta(days=slot)
        for slot in range((last_day - first_day).days + 1)
    ]
    starts = [slot for slot, day in enumerate(days) if slot == 0 or day.day == 1]
    return list(zip(starts, [*starts[1:], len(days)], strict=True))


def score(raw: Path, out: Path, first_day: date, last_day: date) -> None:
    """Scores the days from first_day to last_day into the DuckDB file `out`.

    Days that are there already are replaced. Raises duckdb.Error when the raw data has
    another layout than the demo data.
    """
    known = cards()
    with duckdb.connect(str(out)) as connection:
        run = connection.execute
        run("set timezone = 'UTC'")
        run(
            TABLES.format(
                signals=texts(row["signal"] for row in seed("signals")),
                dimensions=texts(row["dimension"] for row in seed("dimensions")),
                statuses=texts(STATUSES),
            )
        )
        policy_days = {
            row[name]
            for row in published_scorecards()
            for name in ("effective_from", "effective_to")
            if row[name]
        }
        for name, value in {
            "raw": f"'{raw}'",
            "seeds": f"'{SEEDS}'",
            "event_files": f"'{raw_parquet(raw, 'usage/events')}'",
            "touch_files": f"'{raw_parquet(raw, 'marketing/touches')}'",
            "first_day": f"date '{first_day}'",
            "last_day": f"date '{last_day}'",
            "slots": str((last_day - first_day).days + 1),
            "read_from": f"date '{days_to_read_from(connection)}'",
            "policy_days": f"cast([{texts(policy_days)}] as date[])",
        }.items():
            run(f"set variable {name} = {value}")
        parameters = ", ".join(("day", *SELECTORS))
        run(f"create or replace temp macro card_of({parameters}) as {card_of()}")
        light = [str(card.number) for card in known if card.is_light]
        is_light = f"card in ({', '.join(light)})" if light else "false"
        run(f"create or replace temp macro is_light(card) as {is_light}")
        run(REFERENCE_SQL.read_text())
        stale = make_source_states(connection, known)
        for table in KEYS:
            run(
                f"delete from {table} "
                f"where snapshot_date between '{first_day}' and '{last_day}'"
            )
        for first, end in months(first_day, last_day):
            queries = []
            for card in known:
                query = scored_days(card, stale, first, end)
                queries.append(
                    "select *, "
                    + ", ".join(
                        f"case when coverage >= {card.minimum_coverage} then {column} end "
                        f"as {name}"
                        for column, name in (
                            ("score", "uncapped_health_score"),
                            ("relationship", "relationship_score"),
                            ("impact", "impact_score"),
                        )
                    )
                    + f" from ({query})"
                )
            run(
                "create or replace temp table scored as "
                + " union all ".join(queries)
                + " order by slot, account_id"
            )
            run(
                STORE.format(
                    band=health_band(),
                    attributes=", ".join(ACCOUNT_COLUMNS[:-2]),
                    stage=lifecycle_stage(),
                )
            )


def days_to_read_from(connection: duckdb.DuckDBPyConnection) -> date:
    """The first day of usage.events that may have changed since the last run."""
    has_history = connection.execute(
        "select count(*) from duckdb_tables() where table_name = 'use_days'"
    ).fetchone()[0]
    newest = (
        has_history
        and connection.execute("select max(day) from use_days").fetchone()[0]
    )
    if not newest:
        return date(1900, 1, 1)
    return newest - timedelta(days=LATE_DATA_DAYS - 1)


def make_source_states(
    connection: duckdb.DuckDBPyConnection, known: Iterable[Card]
) -> set[str]:
    """Makes the table source_states: a row per slot, a column per source that was not
    fresh on all days, null where it was. Returns these sources."""
    sources = sorted({each.source for card in known for each in card.signals})
    stale = {
        source
        for source in sources
        if connection.execute(
            "select count(*) < getvariable('slots') from source_days "
            "where source_table = ? and status = 'measured'",
            [source],
        ).fetchone()[0]
    }
    columns = "".join(
        f", nullif(coalesce(max(status) filter (where source_table = '{source}'), "
        f"'not applicable'), 'measured') as \"{source}\""
        for source in sorted(stale)
    )
    connection.execute(
        f"create or replace temp table source_states as select slot{columns} "
        "from (select unnest(range(getvariable('slots'))) as slot) "
        "left join source_days using (slot) group by slot"
    )
    return stale


# Comparing


@dataclass(frozen=True)
class Comparison:
    """How many rows of a table were compared, and the first of those that differ."""

    table: str
    rows: int
    differing_rows: int
    examples: list[tuple]


def compare(
    reference: Path, warehouse: Path, first_day: date | None, last_day: date | None
) -> list[Comparison]:
    """Compares each table of the reference with the warehouse's, row by row.

    Keys and words must be equal, numbers to 1e-6. Without days, those of the reference.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{reference}' as reference (read_only)")
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        oldest, newest = connection.execute(
            "select min(snapshot_date), max(snapshot_date) "
            "from reference.account_health_daily"
        ).fetchone()
        days = f"between '{first_day or oldest}' and '{last_day or newest}'"
        return [compare_table(connection, table, days) for table in KEYS]


def compare_table(
    connection: duckdb.DuckDBPyConnection, table: str, days: str
) -> Comparison:
    keys = KEYS[table]
    described = connection.execute(f"describe reference.{table}").fetchall()
    tests = []
    for name, data_type, *_ in described:
        if name in keys:
            continue
        if data_type in NUMBERS:
            tests.append(
                f"((one.{name} is null) <> (other.{name} is null) "
                f"or abs(one.{name} - other.{name}) > 1e-6)"
            )
        else:
            tests.append(
                f"cast(one.{name} as varchar) is distinct from "
                f"cast(other.{name} as varchar)"
            )
    sides = [
        f"(select * replace ({', '.join(f'cast({key} as varchar) as {key}' for key in keys)})"
        f" from {catalog}.{table} where snapshot_date {days})"
        for catalog in ("reference", "warehouse")
    ]
    joined = (
        f"from {sides[0]} as one full join {sides[1]} as other "
        f"on {' and '.join(f'one.{key} = other.{key}' for key in keys)} "
    )
    differs = (
        f"one.{keys[0]} is null or other.{keys[0]} is null or {' or '.join(tests)}"
    )
    rows, differing = connection.execute(
        f"select count(*), count(*) filter (where {differs}) {joined}"
    ).fetchone()
    names = [name for name, *_ in described]
    examples = connection.execute(
        "select "
        + ", ".join(
            f"coalesce(one.{name}, other.{name})"
            if name in keys
            else f"[cast(one.{name} as varchar), cast(other.{name} as varchar)]"
            for name in names
        )
        + f" {joined} where {differs} order by all limit 5"
    ).fetchall()
    return Comparison(table, rows, differing, examples)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Scores raw demo data without dbt, for the benchmark to compare with."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    scoring = commands.add_parser("score", help="score a range of days")
    scoring.add_argument("--raw", type=Path, required=True)
    scoring.add_argument("--out", type=Path, required=True)
    scoring.add_argument(
        "--from", dest="first_day", type=date.fromisoformat, required=True
    )
    scoring.add_argument(
        "--to", dest="last_day", type=date.fromisoformat, required=True
    )
    comparing = commands.add_parser("compare", help="compare with a warehouse")
    comparing.add_argument("--reference", type=Path, required=True)
    comparing.add_argument("--warehouse", type=Path, required=True)
    comparing.add_argument("--from", dest="first_day", type=date.fromisoformat)
    comparing.add_argument("--to", dest="last_day", type=date.fromisoformat)
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    if arguments.command == "score":
        score(arguments.raw, arguments.out, arguments.first_day, arguments.last_day)
        return 0
    differing = 0
    for table in compare(
        arguments.reference,
        arguments.warehouse,
        arguments.first_day,
        arguments.last_day,
    ):
        differing += table.differing_rows
        print(
            f"{table.table}: {table.rows:,} rows compared, {table.differing_rows:,} differ"
        )
        for example in table.examples:
            print(f"  {example}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
