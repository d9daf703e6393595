-- One row per alert that was open on the day before those of which this run tells the
-- alerts, as it stood then.

with

open_alert_days as (

    {{ open_alerts_in_history() }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

alert_window as (

    select * from {{ ref('int_alert_window') }}

),

-- what was open the last time more than quiet_days ago has ended
last_days as (

    select
        open_alert_days.account_id,
        open_alert_days.rule,
        max(open_alert_days.snapshot_date) as snapshot_date

    from open_alert_days

    inner join rules
        on open_alert_days.rule = rules.rule

    inner join alert_window
        on
            open_alert_days.snapshot_date < alert_window.first_day
            and open_alert_days.snapshot_date
            >= alert_window.first_day - rules.quiet_days

    group by open_alert_days.account_id, open_alert_days.rule

),

carried_alerts as (

    select
        -- keys
        open_alert_days.account_id,
        open_alert_days.rule,
        open_alert_days.first_day,
        open_alert_days.snapshot_date,

        -- as the rule was then
        open_alert_days.label,
        open_alert_days.severity,
        open_alert_days.sort_order,
        open_alert_days.sentence,
        open_alert_days.owner_role,
        open_alert_days.action,

        -- how it stood
        open_alert_days.value_on_first_day,
        open_alert_days.worst_value,
        open_alert_days.last_day,
        open_alert_days.days_held,

        -- the number that the last day on which it held has in the clock of this run
        cast(
            open_alert_days.snapshot_date - cast('1900-01-01' as date) as int
        ) - open_alert_days.days_quiet as clock

    from open_alert_days

    inner join last_days
        on
            open_alert_days.account_id = last_days.account_id
            and open_alert_days.rule = last_days.rule
            and open_alert_days.snapshot_date = last_days.snapshot_date

)

select * from carried_alerts
