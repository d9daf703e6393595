"""What history says: values at the ends of months, and what came of each account."""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np

from customer_health.calibration import CannotCalibrate
from customer_health.calibration.scorecards import Scorecard
from customer_health.calibration.scoring import MEASURED, NOT_STORED, STATUSES
from customer_health.warehouse import connect, text

OUTCOMES = {"lost": ("churned", "inactive"), "contracted": ("contracted",)}
MARTS = ("account_health_daily", "signal_scores_daily", "account_outcomes")


@dataclass(frozen=True)
class Window:
    """The span after the end of a month into which an outcome has to fall to count."""

    outcome: str
    horizon_days: int
    lead_days: int
    """Between the day of the score and the first day that counts."""
    grace_days: int
    """For which a loss may still turn out to be none."""

    @property
    def outcome_words(self) -> str:
        return {"lost": "left", "contracted": "reduced contracts"}[self.outcome]

    @property
    def days(self) -> int:
        """From the day of the score to the last day that counts."""
        return self.lead_days + self.horizon_days


@dataclass(frozen=True)
class Observations:
    """A row per account and end of a month, in the order of months, then accounts."""

    account: np.ndarray
    """Ids."""
    day: np.ndarray
    """datetime64[D]."""
    is_counted: np.ndarray
    """False of who had left already, or left before the window: peers of the others."""
    is_outcome: np.ndarray
    """Whether it happened in the window after the day."""
    values: np.ndarray
    """A column per signal of the scorecard; null where not measured."""
    status: np.ndarray
    """Places in STATUSES."""
    stored_score: np.ndarray
    """Before caps, as it was published."""
    stored_version: np.ndarray

    def without(self, rows: np.ndarray) -> "Observations":
        """The same, with these rows as peers only."""
        return replace(self, is_counted=self.is_counted & ~rows)

    def accounts_with_outcome(self, rows: np.ndarray) -> int:
        """How many of the accounts of these rows."""
        return len(np.unique(self.account[rows][self.is_outcome[rows]]))


class History:
    """The marts, read-only: of a warehouse, or of what was published from one."""

    def __init__(self, *, published: Path | None, warehouse: Path | None) -> None:
        try:
            self._connection = (
                connect(warehouse) if warehouse else _published_marts(published)
            )
            for mart in MARTS:
                self._connection.execute(f"select 1 from {mart} limit 1")
        except duckdb.CatalogException as problem:
            raise CannotCalibrate(
                f"{warehouse or published} lacks a mart: {problem}. It is from before"
                " outcomes were kept: run scripts/build first."
            ) from problem
        except duckdb.Error as problem:
            raise CannotCalibrate(
                f"{warehouse or published} cannot be read: {problem}. Run scripts/build"
                " first, or name what it built by --published or --warehouse."
            ) from problem
        self.first_day, self.last_day, self.run_id = self._connection.execute(
            "select min(snapshot_date), max(snapshot_date), max_by(run_id,"
            " snapshot_date) from account_health_daily"
        ).fetchone()
        if self.last_day is None:
            raise CannotCalibrate(
                "There is no history yet: no day has been scored. Run scripts/build."
            )

    def close(self) -> None:
        self._connection.close()

    def observations(
        self, scorecard: Scorecard, window: Window, months: int
    ) -> Observations:
        """Of the last `months` ends of months whose window is fully observed."""
        self._connection.execute(
            "create or replace temp table observations as " + OBSERVATIONS,
            {
                "scorecard": scorecard.name,
                "outcomes": list(OUTCOMES[window.outcome]),
                "losses": list(OUTCOMES["lost"]),
                "lead_days": window.lead_days,
                "window_days": window.days,
                "settled_days": window.days + window.grace_days,
                "months": months,
            },
        )
        rows = self._connection.execute(
            "select * from observations order by place"
        ).fetchnumpy()
        names = [signal.name for signal in scorecard.signals]
        values = np.full((len(rows["place"]), len(names)), np.nan)
        status = np.full(values.shape, NOT_STORED, dtype=np.int8)
        self._connection.execute(
            "create or replace temp table asked as select unnest($names) as signal,"
            " generate_subscripts($names, 1) - 1 as signal_place",
            {"names": names},
        )
        cells = self._connection.execute(
            SIGNALS, {"statuses": list(STATUSES)}
        ).fetchnumpy()
        at = (cells["place"], cells["signal_place"])
        status[at] = cells["status"]
        values[at] = np.ma.filled(np.ma.masked_invalid(cells["value"]), np.nan)
        values[status != MEASURED] = np.nan
        return Observations(
            np.asarray(rows["account_id"], dtype=str),
            rows["snapshot_date"].astype("datetime64[D]"),
            np.asarray(rows["is_counted"], dtype=bool),
            np.asarray(rows["is_outcome"], dtype=bool),
            values,
            status,
            np.ma.filled(np.ma.masked_invalid(rows["score"]), np.nan).astype(float),
            np.asarray(rows["scorecard_version"]),
        )

    def other_scorecards(self) -> list[str]:
        """Those by which accounts were scored."""
        found = self._connection.execute(
            "select distinct scorecard from account_health_daily"
            " where scorecard is not null order by scorecard"
        ).fetchall()
        return [name for (name,) in found]


# as int_observations and int_observation_outcomes have them, which are not published
# and are empty on nights without an evaluation
OBSERVATIONS = """
with

losses as (

    select account_id, outcome_date from account_outcomes

    where list_contains($losses, outcome)

),

outcomes as (

    select account_id, outcome_date from account_outcomes

    where list_contains($outcomes, outcome)

),

month_ends as (

    select
        *,
        dense_rank() over (order by snapshot_date desc) as months_back

    from account_health_daily

    where
        extract(day from snapshot_date + 1) = 1
        and snapshot_date + $settled_days
        <= (select max(snapshot_date) from account_health_daily)

),

last_days as (

    select account_id, max(snapshot_date) as last_day from account_health_daily

    group by account_id

),

customers as (

    select * from month_ends

    where
        months_back <= $months
        and scorecard = $scorecard

)

select
    row_number() over (
        order by customers.snapshot_date, customers.account_id
    )
    - 1 as place,
    customers.account_id,
    customers.snapshot_date,
    customers.scorecard_version,
    cast(customers.uncapped_health_score as double) as score,

    -- who left before is scored for some days more, but can no longer leave
    not exists (
        select 1 from losses
        where
            losses.account_id = customers.account_id
            and losses.outcome_date
            > customers.snapshot_date - cast(customers.tenure_days as int)
            and losses.outcome_date <= customers.snapshot_date + $lead_days
    )

    -- who was merged into another account is not seen to the end of the window
    and (
        last_days.last_day >= customers.snapshot_date + $window_days
        or exists (
            select 1 from losses
            where
                losses.account_id = customers.account_id
                and losses.outcome_date > customers.snapshot_date
                and losses.outcome_date <= customers.snapshot_date + $window_days
        )
    ) as is_counted,
    exists (
        select 1 from outcomes
        where
            outcomes.account_id = customers.account_id
            and outcomes.outcome_date > customers.snapshot_date + $lead_days
            and outcomes.outcome_date <= customers.snapshot_date + $window_days
    ) as is_outcome

from customers

inner join last_days on customers.account_id = last_days.account_id
"""

SIGNALS = """
select
    observations.place,
    asked.signal_place,
    cast(signal_scores.value as double) as value,
    list_position($statuses, signal_scores.status) - 1 as status

from signal_scores_daily as signal_scores

inner join observations
    on
        signal_scores.account_id = observations.account_id
        and signal_scores.snapshot_date = observations.snapshot_date

inner join asked on signal_scores.signal = asked.signal

where signal_scores.snapshot_date in (select snapshot_date from observations)
"""


def _published_marts(published: Path) -> duckdb.DuckDBPyConnection:
    """The marts as Parquet, which has all days; the DuckDB file has 90 of signals."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    for mart in MARTS:
        parquet = published / "parquet" / mart
        files = parquet / "*.parquet" if parquet.is_dir() else f"{parquet}.parquet"
        connection.execute(f"create view {mart} as from read_parquet({text(files)})")
    return connection
