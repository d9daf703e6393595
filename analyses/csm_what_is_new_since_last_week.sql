-- Customer success manager: which alerts began in the last seven days, what do they
-- say, and who acts? The most urgent first, then the largest revenue.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health_daily

)

select
    alerts.first_day as since,
    alerts.severity,
    accounts.account_name,
    alerts.account_id,
    alerts.label,
    alerts.sentence,
    alerts.holds_today,
    round(alerts.arr_at_stake) as arr_at_stake,
    alerts.owner_id,
    alerts.owner_role as who,
    alerts.action

from health_alerts as alerts

inner join latest_day
    on alerts.first_day > latest_day.snapshot_date - 7

left join account_health_current as accounts
    on alerts.account_id = accounts.account_id

where
    alerts.is_open
    and alerts.account_id = coalesce(getvariable('account'), alerts.account_id)

order by
    alerts.sort_order asc, alerts.arr_at_stake desc nulls last, alerts.account_id asc

-- take this away to see all
limit 40
