-- Head of customer success, who owns seeds/alert_rules.csv: how often does each rule
-- speak, and for how long? A row per rule that has spoken in 90 days. A rule that
-- speaks of every third account each month tells nobody anything: make enters_at harder
-- to reach. One whose alerts last a day or two wants another stays_at or quiet_days.

with

alerts as (

    select * from health_alerts

    where account_id = coalesce(getvariable('account'), account_id)

),

accounts as (

    select
        count(*) as accounts,
        max(snapshot_date) as latest_day

    from account_health_current

    where account_id = coalesce(getvariable('account'), account_id)

)

select
    alerts.severity,
    alerts.label,
    count(*) as alerts_90d,
    round(100 * count(*) / any_value(accounts.accounts) / 3, 1)
        as a_month_per_100_accounts,
    count(distinct alerts.account_id) as different_accounts,
    sum(case when alerts.is_open then 1 else 0 end) as open_now,
    round(sum(case when alerts.is_open then alerts.arr_at_stake end)) as open_arr,
    round(median(alerts.days_held)) as median_days_held,
    max(alerts.days_held) as longest

from alerts

cross join accounts

where alerts.first_day > accounts.latest_day - 90

group by alerts.severity, alerts.label, alerts.sort_order

order by alerts.sort_order
