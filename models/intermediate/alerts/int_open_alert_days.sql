-- One row per account per alert rule per day on which an alert is open: how it stood by
-- the end of that day. History: the next run goes on from the last of the days before
-- it. And one row without account per day and run that scored it, which says that the
-- alerts of the day have been told.

{{ config(
    materialized='incremental',
    unique_key='snapshot_date',
    partition_by=('snapshot_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

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

    left join alert_days
        on
            told_alerts.account_id = alert_days.account_id
            and told_alerts.rule = alert_days.rule
            and due_days.snapshot_date = alert_days.snapshot_date

    left join signal_readings
        on
            told_alerts.account_id = signal_readings.account_id
            and told_alerts.rule = signal_readings.rule
            and due_days.snapshot_date = signal_readings.snapshot_date

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
        days_held_before + count(value) over alert_so_far as days_held,
        {%- for name, aggregate, is_worse in [
            ('least_value', 'min', '<'), ('greatest_value', 'max', '>')
        ] %}
        {{ aggregate }}(
            case
                when worst_value_before is null or value {{ is_worse }} worst_value_before
                    then value
                else worst_value_before
            end
        ) over alert_so_far as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}

    from days_since

    where clock - last_clock < quiet_days

    window
        alert_so_far as (
            partition by account_id, rule, first_day
            order by snapshot_date
            rows between unbounded preceding and current row
        )

)

open_alert_days as (

    select
        -- keys
        account_id,
        rule,
        snapshot_date,

        -- since when
        first_day,
        last_day,
        cast(days_held as int) as days_held,
        cast(clock - last_held_clock as int) as days_quiet,

        -- alert
        label,
        severity,
        sort_order,
        sentence,
        value_on_first_day,
        case when comparison in ('<', '<=') then least_value else greatest_value end
            as worst_value,

        -- what is at stake, and who acts
        arr,
        owner_id,
        owner_role,
        action,
        cast(null as string) as run_id

    from open_days

),

told_days as (

    select distinct
        snapshot_date,
        run_id

    from due_days

)

select * from open_alert_days

union all

select
    {%- for column, type in {
        'account_id': 'string', 'rule': 'string', 'snapshot_date': none,
        'first_day': 'date', 'last_day': 'date', 'days_held': 'int',
        'days_quiet': 'int', 'label': 'string', 'severity': 'string',
        'sort_order': 'int', 'sentence': 'string', 'value_on_first_day': 'double',
        'worst_value': 'double', 'arr': 'double', 'owner_id': 'string',
        'owner_role': 'string', 'action': 'string', 'run_id': none,
    }.items() %}
    {{ column if not type else 'cast(null as ' ~ type ~ ') as ' ~ column }}
    {{- ',' if not loop.last }}
    {%- endfor %}

from told_days
