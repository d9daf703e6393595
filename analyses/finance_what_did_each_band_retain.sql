-- Finance: of the revenue that each band had a year ago (or on the first stored day,
-- when history is shorter), how much is left (gross retention, growth left out) and how
-- much is it with growth (net retention)? An account that left counts with 0. One that
-- was merged seems lost here, and its successor grown.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health_daily

),

first_day as (

    select min(account_health_daily.snapshot_date) as snapshot_date

    from account_health_daily

    inner join latest_day
        on account_health_daily.snapshot_date >= latest_day.snapshot_date - 365

),

revenue as (

    select
        before.snapshot_date as band_of,
        before.health_band,
        before.arr as arr_before,

        -- out of scope is gone; in scope with unknown revenue is unknown
        case when today.account_id is null then 0 else today.arr end as arr_today

    from account_health_daily as before

    inner join first_day
        on before.snapshot_date = first_day.snapshot_date

    cross join latest_day

    left join account_health_daily as today
        on
            before.account_id = today.account_id
            and latest_day.snapshot_date = today.snapshot_date

    where before.arr > 0

)

select
    band_of,
    health_band,
    count(*) as accounts,
    sum(case when arr_today = 0 then 1 else 0 end) as accounts_lost,
    round(sum(arr_before)) as arr_before,
    round(sum(arr_today)) as arr_today,
    round(
        100 * sum(case when arr_today < arr_before then arr_today else arr_before end)
        / sum(arr_before), 1
    ) as gross_retention_percent,
    round(100 * sum(arr_today) / sum(arr_before), 1) as net_retention_percent

from revenue

where arr_today is not null

group by band_of, health_band

order by net_retention_percent desc, health_band asc
