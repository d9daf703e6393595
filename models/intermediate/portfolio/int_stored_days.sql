-- One row per day in account_health_daily: the run that wrote any of its rows last.
-- Roll-ups make those days anew that they have of another run. A restatement may write
-- a few rows of later days, where settled bands moved, so a day can have several runs.

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

)

select
    snapshot_date,
    max_by(run_id, computed_at) as run_id

from account_health_daily

group by snapshot_date
