-- One row per account of the latest day per period of 1, 7, 28 and 90 days: how its
-- score changed, of which how much is the customer, missing data, our own configuration
-- and caps, and the signals that moved it most.

with

periods as (

    select * from {{ ref('int_change_periods') }}

),

changes as (

    {{ explained_changes('periods') }}

)

select
    changes.account_id,
    periods.period_days,
    changes.last_day as snapshot_date,
    changes.first_day,

    -- on both days
    changes.first_scorecard,
    changes.first_scorecard_version,
    changes.scorecard,
    changes.scorecard_version,
    changes.first_health_score,
    changes.health_score,
    changes.first_health_band,
    changes.health_band,

    -- change, in points, and its causes, which add up to it
    changes.change,
    changes.behaviour,
    changes.coverage,
    changes.configuration,
    changes.caps,
    changes.not_explained_because,

    -- the signals that moved most
    changes.signals_up,
    changes.signals_down

from changes

inner join periods
    on
        changes.account_id = periods.account_id
        and changes.first_day = periods.first_day
