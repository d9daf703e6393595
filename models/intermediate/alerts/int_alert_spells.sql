-- One row per account per alert rule per spell in which its condition held: an alert.
-- Computed from all of history in every run, so that it is the same however history was
-- built.

with

health_history as (

    select * from {{ ref('int_health_history') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

alert_days as (

    select * from {{ ref('int_alert_days') }}

),

signal_readings as (

    select * from {{ ref('int_signal_readings') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from health_history

),

-- what comes back within quiet_days is the same alert
marked_days as (

    select
        alert_days.*,
        rules.comparison,
        case
            when
                alert_days.clock - lag(alert_days.clock) over (
                    partition by alert_days.account_id, alert_days.rule
                    order by alert_days.snapshot_date
                ) <= rules.quiet_days
                then 0
            else 1
        end as is_new

    from alert_days

    inner join rules
        on alert_days.rule = rules.rule

),

numbered_days as (

    select
        *,
        sum(is_new) over (
            partition by account_id, rule
            order by snapshot_date
            rows between unbounded preceding and current row
        ) as spell

    from marked_days

),

-- an alert begins on the first day that reaches enters_at, not before
begun_days as (

    select
        *,
        min(case when enters then snapshot_date end) over (
            partition by account_id, rule, spell
        ) as first_day

    from numbered_days

),

held_spells as (

    select
        account_id,
        rule,
        first_day,
        max(snapshot_date) as last_day,
        max(clock) as last_clock,
        count(*) as days_held,
        max(case when snapshot_date = first_day then value end) as value_on_first_day,
        max(case when snapshot_date = first_day then value_before end) as value_before,
        max(case when snapshot_date = first_day then value_now end) as value_now,
        max(case when snapshot_date = first_day then name end) as name,
        case
            when max(comparison) in ('<', '<=') then min(value)
            else max(value)
        end as worst_value

    from begun_days

    where snapshot_date >= first_day

    group by account_id, rule, first_day

),

latest_clocks as (

    select
        health_history.account_id,
        rules.rule,
        case
            when rules.kind = 'signal' then signal_readings.measured_day_number
            when rules.kind in ('score_missing', 'coverage_fall')
                then health_history.day_number
            else health_history.scored_day_number
        end as clock

    from health_history

    inner join latest_day
        on health_history.snapshot_date = latest_day.snapshot_date

    cross join rules

    left join signal_readings
        on
            health_history.account_id = signal_readings.account_id
            and health_history.snapshot_date = signal_readings.snapshot_date
            and rules.rule = signal_readings.rule

),

spells as (

    select
        held_spells.*,
        held_spells.last_day = latest_day.snapshot_date as holds_today,

        -- while it would be the same alert if it came back on the next day
        coalesce(
            latest_clocks.clock - held_spells.last_clock < rules.quiet_days, false
        ) as is_open

    from held_spells

    cross join latest_day

    inner join rules
        on held_spells.rule = rules.rule

    left join latest_clocks
        on
            held_spells.account_id = latest_clocks.account_id
            and held_spells.rule = latest_clocks.rule

)

select * from spells
