"""The benchmark's reference: the same scores from the same raw files, without dbt, by
SQL that is written for speed alone (scripts/benchmark_reference/reference.sql).

    python -m customer_health.reference score --raw data/raw --out reference.duckdb \
        --from 2025-06-29 --to 2026-06-29
    python -m customer_health.reference compare --reference reference.duckdb \
        --warehouse warehouse/customer_health.duckdb

It has the signals of every day; what is only watched is the project's alone.
A first run scores all days of the range. A later run on the same file scores its range
anew, which may be the open days alone, and reads only the open days of usage.events.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[2]
SEEDS = PROJECT / "seeds"
REFERENCE_SQL = PROJECT / "scripts" / "benchmark_reference" / "reference.sql"
LATE_DATA_DAYS = 3
SETTLE_DAYS = 3
# of the demo data's customers, who all have subscriptions
CUSTOMER_TYPE = "subscription"
SELECTORS = (
    "segment",
    "industry",
    "region",
    "size_band",
    "service_tier",
    "product",
    "lifecycle_stage",
)
STAGE_LIMITS = {
    "min_tenure_days": "tenure_days >=",
    "max_tenure_days": "tenure_days <=",
    "min_days_to_renewal": "days_to_renewal >=",
    "max_days_to_renewal": "days_to_renewal <=",
}
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
    "lifecycle_stage",
    "tenure_days",
    "days_to_renewal",
)
KEYS = {
    "account_health_daily": ("account_id", "snapshot_date"),
    "dimension_scores_daily": ("account_id", "snapshot_date", "dimension"),
    "signal_scores_daily": ("account_id", "snapshot_date", "signal"),
}
# when and by which run the warehouse's row was written
STAMPS = ("run_id", "computed_at")
SHOWN_ROWS = 5
NUMBERS = ("DOUBLE", "FLOAT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT")


# Policy, from the seeds


@dataclass(frozen=True)
class Signal:
    """A signal, and its row in scorecard_signals.csv where the scorecard shows it."""

    name: str
    dimension: str
    source: str
    weight: float | None = None
    shape: str | None = None
    knots: dict[str, float | None] = field(default_factory=dict)
    missing_policy: str | None = None

    @property
    def column(self) -> str:
        """Its column in account_signals."""
        return "arr_signal" if self.name == "arr" else self.name


@dataclass(frozen=True)
class Card:
    """A version of a scorecard. `number` is what card_of returns.

    `dimensions` are those with a signal that has weight, `signals` all that are stored.
    """

    number: int
    name: str
    version: int
    minimum_coverage: float
    dimensions: dict[str, float]
    signals: tuple[Signal, ...]


class Policy:
    """The seeds in a folder, as far as the reference needs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, seed: str) -> list[dict[str, str]]:
        with (self.folder / f"{seed}.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def published_scorecards(self) -> list[dict[str, str]]:
        """Published versions that may score the demo data, those that win first."""
        rows = [
            row
            for row in self.rows("scorecards")
            if row["status"] == "published"
            and row["customer_type"] in ("", CUSTOMER_TYPE)
        ]
        return sorted(
            rows,
            key=lambda row: (int(row["priority"]), row["effective_from"]),
            reverse=True,
        )

    def cards(self) -> list[Card]:
        """Published versions with all signals that are stored."""
        stored = self.stored_signals()

        def signal(meaning: dict[str, str], row: dict[str, str] | None) -> Signal:
            place = (
                meaning["signal"],
                meaning["dimension"],
                meaning["governing_source"],
            )
            if not row:
                return Signal(*place)
            names = (
                "zero_at",
                "fifty_at",
                "hundred_at",
                "hundred_until",
                "zero_again_at",
            )
            return Signal(
                *place,
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
        for number, row in enumerate(self.published_scorecards()):
            key = row["scorecard"], row["version"]
            dimensions = {
                row["dimension"]: float(row["weight"])
                for row in of(*key, self.rows("scorecard_dimensions"))
            }
            shown = {
                row["signal"]: row for row in of(*key, self.rows("scorecard_signals"))
            }
            signals = tuple(
                signal(
                    meaning,
                    shown.get(meaning["signal"])
                    if meaning["dimension"] in dimensions
                    else None,
                )
                for meaning in stored
            )
            with_weight = {each.dimension for each in signals if each.weight}
            found.append(
                Card(
                    number,
                    row["scorecard"],
                    int(row["version"]),
                    float(row["minimum_coverage"]),
                    {
                        dimension: weight
                        for dimension, weight in dimensions.items()
                        if dimension in with_weight
                    },
                    signals,
                )
            )
        return found

    def stored_signals(self) -> list[dict[str, str]]:
        """The rows in signals.csv of what is stored for every account and day: what has
        weight in any version, a cap or an alert, of all that any version shows."""
        shown = self.rows("scorecard_signals")
        chosen = {row["signal"] for row in shown if float(row["weight"]) > 0}
        for seed in ("score_caps", "alert_rules"):
            chosen |= {row["signal"] for row in self.rows(seed)}
        chosen &= {row["signal"] for row in shown}
        return [row for row in self.rows("signals") if row["signal"] in chosen]

    def card_of(self) -> str:
        """The number of the scorecard of an account-day, as SQL."""
        branches = []
        for number, row in enumerate(self.published_scorecards()):
            conditions = [f"day >= date '{row['effective_from']}'"]
            if row["effective_to"]:
                conditions.append(f"day < date '{row['effective_to']}'")
            conditions += [f"{name} = '{row[name]}'" for name in SELECTORS if row[name]]
            branches.append(f"when {' and '.join(conditions)} then {number}")
        return f"case {' '.join(branches)} end"

    def versions(self, seed: str) -> list[tuple[str, list[dict[str, str]]]]:
        """The versions of a seed by their first day, the newest first."""
        rows = self.rows(seed)
        starts = sorted({row["effective_from"] for row in rows}, reverse=True)
        return [
            (start, [row for row in rows if row["effective_from"] == start])
            for start in starts
        ]

    def by_version(self, seed: str, of_version) -> str:
        """What a version's rows say, by `day`, as SQL."""
        branches = " ".join(
            f"when day >= date '{start}' then {of_version(rows)}"
            for start, rows in self.versions(seed)
        )
        return f"case {branches} end"

    def stage_of(self) -> str:
        """The lifecycle stage of an account-day, as SQL."""

        def stage(rows: list[dict[str, str]]) -> str:
            branches = []
            for row in sorted(
                rows, key=lambda row: (-int(row["priority"]), row["stage"])
            ):
                conditions = [
                    f"{test} {row[limit]}"
                    for limit, test in STAGE_LIMITS.items()
                    if row[limit]
                ]
                branches.append(
                    f"when {' and '.join(conditions) or 'true'} then '{row['stage']}'"
                )
            return f"case {' '.join(branches)} end"

        return self.by_version("lifecycle_stages", stage)

    def stage_limits(self) -> tuple[set[int], set[int]]:
        """Tenures at which a stage begins or ends, and days to the renewal."""
        days: dict[str, set[int]] = {
            limit: {
                int(row[limit]) for row in self.rows("lifecycle_stages") if row[limit]
            }
            for limit in STAGE_LIMITS
        }
        return (
            days["min_tenure_days"] | {day + 1 for day in days["max_tenure_days"]},
            days["max_days_to_renewal"]
            | {day - 1 for day in days["min_days_to_renewal"]},
        )

    def policy_days(self) -> set[str]:
        """Days on which the scorecard or stage of an account may change."""
        return {
            row[name]
            for row in self.published_scorecards()
            for name in ("effective_from", "effective_to")
            if row[name]
        } | {row["effective_from"] for row in self.rows("lifecycle_stages")}

    def health_band(self) -> str:
        """The band of health_score on `day`, as SQL."""

        def band(rows: list[dict[str, str]]) -> str:
            scored = sorted(
                (row for row in rows if row["min_score"]),
                key=lambda row: float(row["min_score"]),
                reverse=True,
            )
            branches = " ".join(
                f"when health_score >= {row['min_score']} then '{row['band']}'"
                for row in scored
            )
            return f"case {branches} end"

        return f"coalesce({self.by_version('health_bands', band)}, 'unknown')"

    def quadrant(self) -> str:
        """The quadrant of the two axes on `day`, as SQL: high is the best band."""

        def best_from(rows: list[dict[str, str]]) -> str:
            return str(max(float(row["min_score"]) for row in rows if row["min_score"]))

        limit = self.by_version("health_bands", best_from)
        tests = {"high": f">= {limit}", "low": f"< {limit}"}
        branches = " ".join(
            f"when relationship_score {tests[row['relationship']]} "
            f"and impact_score {tests[row['impact']]} then '{row['quadrant']}'"
            for row in self.rows("quadrants")
        )
        return f"case {branches} end"

    def cap_of(self) -> str:
        """The lowest cap below uncapped_health_score that holds on `day`, as SQL."""
        branches = []
        for row in sorted(
            self.rows("score_caps"), key=lambda row: (float(row["cap_at"]), row["cap"])
        ):
            if row["account_id"]:
                holds = (
                    "account_id || ' ' || day in (select account_day from "
                    f"capped_account_days where cap = '{row['cap']}')"
                )
            else:
                holds = f"v_{row['signal']} {row['comparison']} {row['threshold']}"
            conditions = [
                f"uncapped_health_score > {row['cap_at']}",
                f"day >= date '{row['effective_from']}'",
                holds,
            ]
            if row["effective_to"]:
                conditions.append(f"day < date '{row['effective_to']}'")
            branches.append(f"when {' and '.join(conditions)} then '{row['cap']}'")
        return f"case {' '.join(branches)} end" if branches else "cast(null as varchar)"

    def capped_score(self) -> str:
        """The score under `cap`, as SQL."""
        branches = " ".join(
            f"when cap = '{row['cap']}' then {float(row['cap_at'])}"
            for row in self.rows("score_caps")
        )
        return f"case when cap is null then uncapped_health_score {branches} end"


# Scoring, as SQL: a column per signal, so that nothing is joined


def rounded(number: str, decimals: int) -> str:
    """round(number, decimals), which computes a power in every row."""
    return f"round(({number}) * 1e{decimals}) / 1e{decimals}"


def exact(sum_of_doubles: str) -> str:
    """The sum that decimals of 12 places would give."""
    return rounded(sum_of_doubles, 12)


def total(terms: Iterable[str]) -> str:
    return " + ".join(terms) or "0"


def listed(terms: Iterable[str]) -> str:
    return f"[{', '.join(terms)}]"


def measured_score(signal: Signal) -> str:
    """0 to 100 from the column of a signal's value; null stays null."""
    knots = signal.knots
    direction = 1 if knots["hundred_at"] > knots["zero_at"] else -1
    middle = knots["fifty_at"]
    if middle is None:
        middle = (knots["zero_at"] + knots["hundred_at"]) / 2
    zero = direction * knots["zero_at"]
    fifty = direction * middle
    hundred = direction * knots["hundred_at"]
    x = f"v_{signal.name}" if direction == 1 else f"(-v_{signal.name})"
    too_much = ""
    if knots["zero_again_at"] is not None:
        too_much = f" or {x} >= {direction * knots['zero_again_at']!r}"
    beyond = ""
    if knots["hundred_until"] is not None:
        beyond = f"{x} > {direction * knots['hundred_until']!r}"
    if signal.shape == "step":
        half = f"{x} < {hundred!r}" + (f" or {beyond}" if beyond else "")
        branches = f"when {x} < {fifty!r}{too_much} then 0 when {half} then 50"
    else:
        branches = (
            f"when {x} <= {zero!r}{too_much} then 0 "
            f"when {x} < {fifty!r} then 50 * ({x} - {zero!r}) / ({fifty - zero!r}) "
            f"when {x} < {hundred!r} then "
            f"50 + 50 * ({x} - {fifty!r}) / ({hundred - fifty!r})"
        )
        if beyond:
            again = direction * knots["zero_again_at"]
            until = direction * knots["hundred_until"]
            branches += (
                f" when {beyond} then 100 * ({again!r} - {x}) / ({again - until!r})"
            )
    value = f"case when {x} is null then null {branches} else 100 end"
    return f"cast({value} as double)"


class Scoring:
    """The SQL that scores the account-days of one scorecard.

    `stale` are the sources that are not fresh on all days.
    """

    def __init__(self, policy: Policy, card: Card, stale: set[str]) -> None:
        self.policy = policy
        self.card = card
        self.stale = stale
        self.signals = card.signals
        self.members = {
            dimension: [
                each
                for each in card.signals
                if each.dimension == dimension and each.shape
            ]
            for dimension in card.dimensions
        }

    @property
    def table(self) -> str:
        return f"scored_{self.card.number}"

    # what is the same for all accounts on a day

    def status(self, signal: Signal) -> str:
        """Why nothing of the source counts on the day, null where it does."""
        return f'"{signal.source}"' if signal.source in self.stale else "null"

    def value(self, signal: Signal) -> str:
        value = rounded(rounded(f"cast({signal.column} as double)", 9), 6)
        if signal.source in self.stale:
            value = f"case when {self.status(signal)} is null then {value} end"
        return f"{value} as v_{signal.name}"

    def share(self, dimension: str, among: str) -> str:
        """A dimension's weight as a share of health, among what is scored, say."""
        return (
            f"cast({among}_{dimension} is not null as int) "
            f"* {self.card.dimensions[dimension]!r}::double / {among}_account"
        )

    def weights_among(self, among: str, counts) -> tuple[list[str], str]:
        """The weight of each dimension, and of the account, among what counts."""
        dimensions = [
            "nullif(cast("
            + total(
                f"cast({counts(each)} as int) * {each.weight!r}::double"
                for each in members
            )
            + f" as double), 0) as {among}_{dimension}"
            for dimension, members in self.members.items()
        ]
        account = (
            "nullif("
            + total(
                f"cast({among}_{dimension} is not null as int) * {weight!r}::double"
                for dimension, weight in self.card.dimensions.items()
            )
            + f", 0) as {among}_account"
        )
        return dimensions, account

    def day_weights(self) -> str:
        """A query of one row per slot: weights that only depend on the sources."""

        def applies(signal: Signal) -> str:
            return f"{self.status(signal)} is distinct from 'not applicable'"

        applicable, applicable_account = self.weights_among("applicable", applies)
        whole, whole_account = self.weights_among("configured", lambda each: "true")
        shares = []
        for each in self.members:
            of_applicable = self.share(each, "applicable")
            of_configured = self.share(each, "configured")
            applying = f"{of_configured} * applicable_{each} / configured_{each}"
            shares += [
                f"coalesce({of_applicable}, 0) as share_{each}",
                f"coalesce({rounded(of_applicable, 9)}, 0) as aa_{each}",
                f"coalesce({rounded(of_configured, 9)}, 0) as ca_{each}",
                f"coalesce({rounded(applying, 9)}, 0) as fa_{each}",
            ]
        applying = exact(total(f"fa_{each}" for each in self.members))
        everything = exact(total(f"ca_{each}" for each in self.members))
        columns = ", ".join(
            [self.status(each) + f" as s_{each.name}" for each in self.signals]
            + [
                f"{kind}_{each}"
                for kind in ("aa", "share", "applicable")
                for each in self.members
            ]
        )
        return f"""
select slot, {columns},
    coalesce({rounded(f"{applying} / nullif({everything}, 0)", 6)}, 0)
        as applicable_share
from (
    select *, {", ".join(shares)}
    from (
        select *, {applicable_account}, {whole_account}
        from (select *, {", ".join([*applicable, *whole])} from source_states)
    )
)
"""

    def peer_scores(self) -> str:
        """A query of one row per slot: what stands in for missing values."""
        peers = [each for each in self.signals if each.missing_policy == "peer_median"]
        columns = "".join(
            f", case when count({measured_score(each)}) >= 5 "
            f"then median({measured_score(each)}) end as peer_{each.name}"
            for each in peers
        )
        values = "".join(f", {self.value(each)}" for each in peers)
        source = (
            f"select slot{values} from account_signals "
            f"inner join source_states using (slot) where card = {self.card.number}"
        )
        return f"select slot{columns} from ({source}) group by slot"

    # account-days

    def score(self, signal: Signal) -> str:
        if not signal.shape:
            return f"null::double as p_{signal.name}"
        stand_in = {
            "neutral": "50",
            "penalise": "0",
            "peer_median": f"peer_{signal.name}",
        }.get(signal.missing_policy)
        measured = measured_score(signal)
        if stand_in:
            missing = f"case when s_{signal.name} is null then {stand_in} end"
            measured = f"coalesce({measured}, {missing})"
        return f"{rounded(measured, 4)} as p_{signal.name}"

    def weighted_mean(self, dimensions: Iterable[str]) -> str:
        chosen = list(dimensions)
        if not chosen:
            return "cast(null as double)"
        points = total(f"coalesce(w_{each} * d_{each}, 0)" for each in chosen)
        weight = total(f"w_{each}" for each in chosen)
        return rounded(f"{exact(points)} / nullif({exact(weight)}, 0)", 4)

    def scored_days(self) -> str:
        """A query of one row per account-day, slots from $1 to before $2.

        v_ is a signal's value, p_ its points, w_ its weight; d_, w_, coverage_ and c_
        are the score, weight, coverage and contribution of a dimension.
        """
        axes = {row["dimension"]: row["axis"] for row in self.policy.rows("dimensions")}
        keys = ", ".join(["account_id", "slot", "snapshot_date", *ACCOUNT_COLUMNS])
        values = ", ".join(self.value(each) for each in self.signals)
        valued = (
            f"select {keys}, {values} "
            "from account_signals inner join source_states using (slot) "
            f"where card = {self.card.number} "
            "and slot >= cast($1 as int) and slot < cast($2 as int)"
        )
        dimensions, account = self.weights_among(
            "scored", lambda each: f"p_{each.name} is not null"
        )
        sums = []
        for dimension, members in self.members.items():
            weighted = [each for each in members if each.weight]
            points = total(
                f"coalesce({e.weight!r}::double * p_{e.name}, 0)" for e in weighted
            )
            measured = total(
                f"cast(v_{e.name} is not null as int) * {e.weight!r}::double"
                for e in weighted
            )
            share = rounded(self.share(dimension, "scored"), 9)
            of_applicable = f"{exact(measured)} / applicable_{dimension}"
            mean = f"{exact(points)} / scored_{dimension}"
            sums += [
                f"coalesce({share}, 0) as w_{dimension}",
                f"{rounded(mean, 8)} as d_{dimension}",
                f"{rounded(of_applicable, 6)} as coverage_{dimension}",
                f"coalesce({rounded(f'share_{dimension} * {of_applicable}', 9)}, 0) "
                f"as ma_{dimension}",
            ]
        weights = [
            # 0 * p_ is null where nothing was scored
            "coalesce("
            + rounded(
                f"{each.weight!r}::double / scored_{each.dimension} "
                f"* w_{each.dimension}",
                9,
            )
            + f" + 0 * p_{each.name}, 0) as w_{each.name}"
            if each.weight
            else f"{'0' if each.shape else 'null'}::double as w_{each.name}"
            for each in self.signals
        ]
        measured = exact(total(f"ma_{each}" for each in self.card.dimensions))
        applicable = exact(total(f"aa_{each}" for each in self.card.dimensions))
        health = [f"{self.weighted_mean(self.card.dimensions)} as score"] + [
            self.weighted_mean(
                each for each in self.card.dimensions if axes[each] == axis
            )
            + f" as {axis}"
            for axis in ("relationship", "impact")
        ]
        kept = (
            [f"{kind}_{each.name}" for kind in "vpws" for each in self.signals]
            + [f"{kind}_{each}" for kind in "dw" for each in self.card.dimensions]
            + [f"coverage_{each}" for each in self.card.dimensions]
            + [
                rounded(f"w_{each} * (d_{each} - 50)", 9)
                + f" + 0.0::double as c_{each}"
                for each in self.card.dimensions
            ]
        )
        withheld = [
            f"case when coverage >= {self.card.minimum_coverage!r} then {column} end "
            f"as {name}"
            for column, name in (
                ("score", "uncapped_health_score"),
                ("relationship", "relationship_score"),
                ("impact", "impact_score"),
            )
        ]
        return f"""
select {keys}, applicable_share, coverage, {", ".join(withheld)}, {", ".join(kept)}
from (
    select *, coalesce({rounded(f"{measured} / nullif({applicable}, 0)", 6)}, 0)
        as coverage,
        {", ".join(health)}
    from (select *, {", ".join(weights)}
    from (select *, {", ".join(sums)}
    from (select *, {account}
    from (select *, {", ".join(dimensions)}
    from (
        select *, {", ".join(self.score(each) for each in self.signals)}
        from (select * from ({valued}) order by slot, account_id)
        inner join weights_{self.card.number} using (slot)
        inner join peers_{self.card.number} using (slot)
    )))))
)
"""

    def store_signals(self) -> str:
        """Inserts a row per signal."""
        signals = self.signals
        names = {
            "signal": (f"'{each.name}'::signal_name" for each in signals),
            "dimension": (f"'{each.dimension}'::dimension_name" for each in signals),
            "value": (f"v_{each.name}" for each in signals),
            "score": (f"p_{each.name}" for each in signals),
            "weight": (f"w_{each.name}" for each in signals),
        }
        status = (
            "case when value is null then 'missing'::status_name "
            "else 'measured'::status_name end"
        )
        if self.stale:
            names["status"] = (f"s_{each.name}::status_name" for each in signals)
            status = f"coalesce(status, {status})"
        columns = ", ".join(
            f"unnest({listed(terms)}) as {name}" for name, terms in names.items()
        )
        return f"""
insert into signal_scores_daily
select
    account_id, snapshot_date, signal, dimension, value, score, weight,
    {rounded("weight * (score - 50)", 9)} + 0.0::double,
    {status}
from (
    select account_id, snapshot_date, {columns} from {self.table}
)
"""

    def store_dimensions(self) -> str:
        dimensions = list(self.card.dimensions)
        columns = ", ".join(
            f"unnest({listed(terms)})"
            for terms in (
                [f"'{each}'::dimension_name" for each in dimensions],
                [f"d_{each}" for each in dimensions],
                [f"w_{each}" for each in dimensions],
                [f"coverage_{each}" for each in dimensions],
                [f"c_{each}" for each in dimensions],
            )
        )
        return (
            "insert into dimension_scores_daily "
            f"select account_id, snapshot_date, {columns} from {self.table}"
        )

    def gather_accounts(self) -> str:
        """Inserts a row per account-day, with all but its settled band."""
        return f"""
insert into scored_accounts
select
    account_id, snapshot_date, '{self.card.name}', {self.card.version}, health_score,
    uncapped_health_score, coverage, applicable_share, {self.policy.health_band()},
    relationship_score, impact_score, {self.policy.quadrant()}, cap,
    {", ".join(ACCOUNT_COLUMNS)}
from (
    select *, {self.policy.capped_score()} as health_score
    from (
        select *, {self.policy.cap_of()} as cap
        from (select *, snapshot_date as day from {self.table})
    )
)
"""


# Stores the scored accounts. A band settles on its SETTLE_DAYSth day in a row, and the
# first of an account's days in a row has its own; others keep that of the day before.
STORE_ACCOUNTS = f"""
insert into account_health_daily by name
with days as (
    select account_id, snapshot_date, health_band, null as stored_band
    from scored_accounts
    union all
    select account_id, snapshot_date, health_band, settled_band
    from account_health_daily
    where
        snapshot_date < $day and snapshot_date >= cast($day as date) - {SETTLE_DAYS}
),
neighbours as (
    select
        *,
        snapshot_date - lag(snapshot_date) over in_order is distinct from 1 as is_first,
        health_band is distinct from lag(health_band) over in_order as is_other
    from days
    window in_order as (partition by account_id order by snapshot_date)
),
same_bands as (
    select
        *,
        max(case when is_first or is_other then snapshot_date end) over (
            partition by account_id order by snapshot_date
        ) as band_since
    from neighbours
),
settled as (
    select
        account_id,
        snapshot_date,
        last_value(
            case
                when stored_band is not null then stored_band
                when is_first or snapshot_date - band_since >= {SETTLE_DAYS - 1}
                    then health_band
            end ignore nulls
        ) over (partition by account_id order by snapshot_date) as settled_band
    from same_bands
)
select scored_accounts.*, settled.settled_band
from scored_accounts inner join settled using (account_id, snapshot_date)
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
create or replace temp table scored_accounts as
select * exclude (settled_band) from account_health_daily limit 0;
"""

# the days of caps by account: they hold for the account that one was merged into
CAPPED_ACCOUNT_DAYS = """
create or replace temp table capped_account_days as
select distinct
    caps.cap,
    accounts.account_id || ' ' || (first_day() + cast(slots.slot as int)) as account_day
from read_csv(
    getvariable('seeds') || '/score_caps.csv', header = true, all_varchar = true
) as caps
inner join entity_sources on account_number(caps.account_id) = entity_sources.source
inner join entities on entity_sources.entity = entities.entity
inner join accounts on entities.account = accounts.source
cross join (select unnest(range(slots())) as slot) as slots
where
    first_day() + cast(slots.slot as int) >= entities.valid_from
    and first_day() + cast(slots.slot as int) < entities.valid_to
"""


def texts(words: Iterable[str]) -> str:
    """A list of words as SQL."""
    return ", ".join(f"'{word}'" for word in words)


def raw_parquet(raw: Path, table: str) -> str:
    """The one Parquet file of a raw table, or all in its folder, as a pattern."""
    folder = raw / table
    return str(folder / "*.parquet" if folder.is_dir() else f"{folder}.parquet")


def batches(first_day: date, last_day: date) -> list[tuple[int, int]]:
    """Half-open ranges of slots, at most two months each: memory stays bounded."""
    days = [
        first_day + timedelta(days=slot)
        for slot in range((last_day - first_day).days + 1)
    ]
    starts = [
        slot
        for slot, day in enumerate(days)
        if slot == 0 or (day.day == 1 and day.month % 2 == 1)
    ]
    return list(zip(starts, [*starts[1:], len(days)], strict=True))


def score(
    raw: Path, out: Path, first_day: date, last_day: date, seeds: Path = SEEDS
) -> None:
    """Scores the days from first_day to last_day into the DuckDB file `out`.

    Days that are there already are replaced. Raises duckdb.Error when the raw data has
    another layout than the demo data.
    """
    policy = Policy(seeds)
    known = policy.cards()
    with duckdb.connect(str(out)) as connection:
        run = connection.execute
        run("set timezone = 'UTC'")
        run(
            TABLES.format(
                signals=texts(row["signal"] for row in policy.rows("signals")),
                dimensions=texts(row["dimension"] for row in policy.rows("dimensions")),
                statuses=texts(STATUSES),
            )
        )
        tenures, renewals = policy.stage_limits()
        for name, value in {
            "raw": f"'{raw}'",
            "seeds": f"'{seeds}'",
            "event_files": f"'{raw_parquet(raw, 'usage/events')}'",
            "touch_files": f"'{raw_parquet(raw, 'marketing/touches')}'",
            "first_day": f"date '{first_day}'",
            "last_day": f"date '{last_day}'",
            "slots": str((last_day - first_day).days + 1),
            "read_from": f"date '{days_to_read_from(connection)}'",
            "policy_days": f"cast([{texts(policy.policy_days())}] as date[])",
            "tenure_limits": f"cast({sorted(tenures)} as int[])",
            "renewal_limits": f"cast({sorted(renewals)} as int[])",
        }.items():
            run(f"set variable {name} = {value}")
        parameters = "day, tenure_days, days_to_renewal"
        stage_of = policy.stage_of()
        run(f"create or replace temp macro stage_of({parameters}) as {stage_of}")
        parameters = ", ".join(("day", *SELECTORS))
        run(f"create or replace temp macro card_of({parameters}) as {policy.card_of()}")
        run(REFERENCE_SQL.read_text())
        run(CAPPED_ACCOUNT_DAYS)
        stale = make_source_states(connection, known)
        for table in KEYS:
            run(
                f"delete from {table} "
                f"where snapshot_date between '{first_day}' and '{last_day}'"
            )
        scorings = [Scoring(policy, card, stale) for card in known]
        for scoring in scorings:
            number = scoring.card.number
            run(f"create temp table weights_{number} as {scoring.day_weights()}")
            run(f"create temp table peers_{number} as {scoring.peer_scores()}")
            query = scoring.scored_days()
            empty = query.replace("$1", "0").replace("$2", "0")
            run(f"create temp table {scoring.table} as {empty}")
            # planning such wide SQL takes a second: once, not for every month
            run(f"prepare score_{number} as insert into {scoring.table} {query}")
        for first, end in batches(first_day, last_day):
            run("truncate scored_accounts")
            for scoring in scorings:
                run(f"truncate {scoring.table}")
                run(f"execute score_{scoring.card.number}({first}, {end})")
                run(scoring.store_signals())
                run(scoring.store_dimensions())
                run(scoring.gather_accounts())
            day = first_day + timedelta(days=first)
            run(STORE_ACCOUNTS, {"day": day})


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
    reference: Path,
    warehouse: Path,
    first_day: date | None = None,
    last_day: date | None = None,
) -> list[Comparison]:
    """Compares each table of the reference with the warehouse's, row by row.

    Keys and words must be equal, numbers to 1e-6; of signals, those that the reference
    has. Without days, those of the reference.
    Raises ValueError when a table has other columns.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{reference}' as reference (read_only)")
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        oldest, newest = connection.execute(
            "select min(snapshot_date), max(snapshot_date) "
            "from reference.account_health_daily"
        ).fetchone()
        first_day, last_day = first_day or oldest, last_day or newest
        ranges = [
            (first_day + timedelta(days=first), first_day + timedelta(days=end - 1))
            for first, end in batches(first_day, last_day)
        ]
        return [compare_table(connection, table, ranges) for table in KEYS]


def compare_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    ranges: Iterable[tuple[date, date]],
) -> Comparison:
    """Compares range after range of days: memory stays bounded."""
    keys = KEYS[table]
    described, of_warehouse = (
        {
            name: data_type
            for name, data_type, *_ in connection.execute(
                f"describe {catalog}.{table}"
            ).fetchall()
            if name not in STAMPS
        }
        for catalog in ("reference", "warehouse")
    )
    if described.keys() != of_warehouse.keys():
        differing = sorted(described.keys() ^ of_warehouse.keys())
        raise ValueError(f"{table}: only one side has {', '.join(differing)}")
    tests = [
        f"(one.{name} is null) <> (other.{name} is null) "
        f"or abs(one.{name} - other.{name}) > 1e-6"
        if data_type in NUMBERS
        else f"cast(one.{name} as varchar) is distinct from other.{name}"
        for name, data_type in described.items()
        if name not in keys
    ]
    only = "true"
    if "signal" in keys:
        only = f"signal in (select distinct signal from reference.{table})"
    keys_as_text = ", ".join(f"cast({key} as varchar) as {key}" for key in keys)
    sides = [
        f"(select * replace ({keys_as_text}) from {catalog}.{table} "
        f"where snapshot_date between $first_day and $last_day and {only})"
        for catalog in ("reference", "warehouse")
    ]
    joined = (
        f"from {sides[0]} as one full join {sides[1]} as other "
        f"on {' and '.join(f'one.{key} = other.{key}' for key in keys)}"
    )
    differs = (
        f"one.{keys[0]} is null or other.{keys[0]} is null or {' or '.join(tests)}"
    )
    both = ", ".join(
        f"coalesce(one.{name}, other.{name})"
        if name in keys
        else f"[cast(one.{name} as varchar), cast(other.{name} as varchar)]"
        for name in described
    )
    rows, differing_rows, examples = 0, 0, []
    for first_day, last_day in ranges:
        days = {"first_day": first_day, "last_day": last_day}
        compared, differing = connection.execute(
            f"select count(*), count(*) filter (where {differs}) {joined}", days
        ).fetchone()
        rows += compared
        differing_rows += differing
        if differing and len(examples) < SHOWN_ROWS:
            examples += connection.execute(
                f"select {both} {joined} where {differs} order by all "
                f"limit {SHOWN_ROWS - len(examples)}",
                days,
            ).fetchall()
    return Comparison(table, rows, differing_rows, examples)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Scores the demo data without dbt, for the benchmark."
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
            f"{table.table}: {table.rows:,} rows compared, "
            f"{table.differing_rows:,} differ"
        )
        for example in table.examples:
            print(f"  {example}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
