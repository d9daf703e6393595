-- One row per account per alert rule per day on which an alert is open: how it stood by
-- the end of that day. History: the next run goes on from the day before its own. A day
-- without any has a row without account, which takes the place of those that it had.

{{ config(
    materialized='incremental',
    unique_key='snapshot_date',
    partition_by=('snapshot_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

-- nothing is told by rules that are not sound, and their claim looks at the actions:
-- depends_on: {{ ref('actions') }}

with

due_days as (

    select * from {{ ref('int_health_history') }}

    where is_due

),

told_alerts as (

    select * from {{ ref('int_told_alerts') }}

),

alert_days as (

    select * from {{ ref('int_alert_days') }}

),

signal_readings as (

    select * from {{ ref('int_signal_readings') }}

),

days_since as (

    select
        told_alerts.*,
        due_days.snapshot_date,
        due_days.arr,
        due_days.owner_id,
        alert_days.value,
        alert_days.clock as held_clock,
        case
            when told_alerts.kind = 'signal' then signal_readings.measured_day_number
            when told_alerts.kind in ('score_missing', 'coverage_fall')
                then due_days.day_number
            else due_days.scored_day_number
        end as clock

    from told_alerts

    inner join due_days
        on
            told_alerts.account_id = due_days.account_id
            and told_alerts.first_day <= due_days.snapshot_date

    left join signal_readings
        on
            told_alerts.account_id = signal_readings.account_id
            and told_alerts.rule = signal_readings.rule
            and due_days.snapshot_date = signal_readings.snapshot_date

    left join alert_days
        on
            told_alerts.account_id = alert_days.account_id
            and told_alerts.rule = alert_days.rule
            and due_days.snapshot_date = alert_days.snapshot_date

),

-- while it would be the same alert if it came back on the next day
open_days as (

    select
        *,
        coalesce(max(held_clock) over alert_so_far, clock_before) as last_held_clock,
        coalesce(
            max(case when value is not null then snapshot_date end) over alert_so_far,
            last_day_before
        ) as last_day,
        {%- for worst, is_worse in {'min': '<', 'max': '>'}.items() %}
        {{ worst }}(
            case
                when
                    worst_value_before is null
                    or value {{ is_worse }} worst_value_before
                    then value
                else worst_value_before
            end
        ) over alert_so_far as {{ worst }}_value,
        {%- endfor %}
        days_held_before + count(value) over alert_so_far as days_held

    from days_since

    where clock - last_clock < quiet_days

    window
        alert_so_far as (
            partition by account_id, rule, first_day
            order by snapshot_date
            rows between unbounded preceding and current row
        )

),

-- a day has its alerts beside one of the runs that scored its accounts
told_days as (

    select
        snapshot_date,
        run_id,
        row_number() over (partition by snapshot_date order by run_id) as place

    from due_days

    group by snapshot_date, run_id

)

select
    -- keys
    open_days.account_id,
    open_days.rule,
    told_days.snapshot_date,

    -- since when
    open_days.first_day,
    open_days.last_day,
    cast(open_days.days_held as int) as days_held,
    cast(open_days.clock - open_days.last_held_clock as int) as days_quiet,

    -- alert
    open_days.label,
    open_days.severity,
    open_days.sort_order,
    open_days.sentence,
    open_days.value_on_first_day,
    case
        when open_days.comparison in ('<', '<=') then open_days.min_value
        else open_days.max_value
    end as worst_value,

    -- what is at stake, and who acts
    open_days.arr,
    open_days.owner_id,
    open_days.owner_role,
    open_days.action,
    told_days.run_id

from told_days

left join open_days
    on
        told_days.snapshot_date = open_days.snapshot_date
        and told_days.place = 1

order by told_days.snapshot_date
