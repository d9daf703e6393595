-- One row: the first day of which this run tells the alerts, and the first day that it
-- reads for them. A day that was scored since is due, and so are all days after it.

with

rules as (

    select * from {{ ref('alert_rules') }}

),

-- what the run has scored, and what an earlier one has not brought as far as here
days_due as (

    select
        snapshot_date,
        run_id

    from {{ ref('account_health_daily') }}

    group by snapshot_date, run_id

    except

    {{ days_with_alerts_in_history() }}

),

look_backs as (

    select
        max(
            case kind
                -- a band may have been the last known one for as long before it fell
                when 'band_fall' then 2 * look_back_days

                -- what is usual are changes, which look back themselves
                when 'unusual_fall' then look_back_days + 2 * change_days
                else look_back_days
            end
        ) as look_back_days

    from rules

)

select
    min(days_due.snapshot_date) as first_day,
    min(days_due.snapshot_date)
    - cast(coalesce(max(look_backs.look_back_days), 0) as int) as read_from

from days_due

cross join look_backs
