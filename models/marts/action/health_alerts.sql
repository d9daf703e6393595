-- One row per account per alert rule per spell in which its condition held: since and
-- until when, whether it is open, what is at stake, and the alert in words.

with

open_alert_days as (

    select * from {{ ref('int_open_alert_days') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from open_alert_days

),

last_days as (

    select
        account_id,
        rule,
        first_day,
        max(snapshot_date) as snapshot_date

    from open_alert_days

    where account_id is not null

    group by account_id, rule, first_day

),

health_alerts as (

    select
        -- keys
        concat(
            last_days.account_id, ' ', last_days.rule, ' ',
            cast(last_days.first_day as string)
        ) as alert_id,
        last_days.account_id,
        last_days.rule,

        -- alert
        open_alert_days.label,
        open_alert_days.severity,
        open_alert_days.sort_order,
        open_alert_days.sentence,
        open_alert_days.value_on_first_day,
        open_alert_days.worst_value,

        -- when
        last_days.first_day,
        open_alert_days.last_day,
        open_alert_days.days_held,
        open_alert_days.last_day = latest_day.snapshot_date as holds_today,
        last_days.snapshot_date = latest_day.snapshot_date as is_open,

        -- what is at stake, and who acts
        open_alert_days.arr as arr_at_stake,
        open_alert_days.owner_id,
        open_alert_days.owner_role,
        open_alert_days.action

    from last_days

    cross join latest_day

    inner join open_alert_days
        on
            last_days.account_id = open_alert_days.account_id
            and last_days.rule = open_alert_days.rule
            and last_days.first_day = open_alert_days.first_day
            and last_days.snapshot_date = open_alert_days.snapshot_date

)

select * from health_alerts
