-- Question 3: what changed? The signals that moved the score of one account most in 28
-- days, in points. The status then and now tells whether the customer changed, or what
-- we know.

with

account as (

    -- scripts/query --account names one; elsewhere: set variable account = '…'
    select account_id from account_health_current

    where account_id = coalesce(getvariable('account'), account_id)

    -- else the one that fell most
    order by change_28d asc nulls last, account_id asc

    limit 1

),

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health_daily

)

select
    today.account_id,
    today.signal,
    round(coalesce(today.contribution, 0) - coalesce(before.contribution, 0), 1)
        as points_moved,
    round(before.value, 2) as value_before,
    round(today.value, 2) as value_today,
    before.status as status_before,
    today.status as status_today

from signal_scores_daily as today

inner join account
    on today.account_id = account.account_id

inner join latest_day
    on today.snapshot_date = latest_day.snapshot_date

left join signal_scores_daily as before
    on
        today.account_id = before.account_id
        and today.signal = before.signal
        and latest_day.snapshot_date - 28 = before.snapshot_date

order by abs(points_moved) desc, today.signal

limit 15
