-- One row per alert that holds on a due day, or was open on the day before: account,
-- rule and first day, and the number of the last day on which it held.

with

rules as (

    select * from {{ ref('alert_rules') }}

),

held_days as (

    select
        account_id,
        rule,
        snapshot_date,
        clock,
        case when enters then snapshot_date end as begins_on

    from {{ ref('int_alert_days') }}

    union all

    select
        account_id,
        rule,
        snapshot_date,
        clock,
        first_day as begins_on

    from {{ ref('int_carried_alerts') }}

),

-- what comes back within quiet_days is the same alert
marked_days as (

    select
        held_days.*,
        case
            when
                held_days.clock - lag(held_days.clock) over (
                    partition by held_days.account_id, held_days.rule
                    order by held_days.snapshot_date
                ) <= rules.quiet_days
                then 0
            else 1
        end as is_new

    from held_days

    inner join rules
        on held_days.rule = rules.rule

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
spells as (

    select
        account_id,
        rule,
        min(begins_on) as first_day,
        max(clock) as last_clock

    from numbered_days

    group by account_id, rule, spell

    having min(begins_on) is not null

)

select * from spells
