-- Every account of the latest day whose band is not the best one, or that has an open
-- alert, is on the work list once, with its own revenue; nobody else is.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('account_health_daily') }}

),

best_bands as (

    select
        band,
        effective_from,
        effective_to

    from {{ ref('int_health_bands') }}

    where below_score > 100

),

expected as (

    select
        account_health.account_id,
        account_health.arr

    from {{ ref('account_health_daily') }} as account_health

    inner join latest_day
        on account_health.snapshot_date = latest_day.snapshot_date

    inner join best_bands
        on
            account_health.snapshot_date >= best_bands.effective_from
            and account_health.snapshot_date < best_bands.effective_to

    where
        (
            account_health.health_score is not null
            and account_health.health_band <> best_bands.band
        )
        or account_health.account_id in (
            select health_alerts.account_id
            from {{ ref('health_alerts') }} as health_alerts
            where health_alerts.is_open
        )

),

listed as (

    select
        account_id,
        arr,
        revenue_at_risk

    from {{ ref('csm_work_list') }}

)

select
    expected.account_id as expected_account_id,
    listed.account_id as listed_account_id,
    expected.arr as expected_arr,
    listed.arr as listed_arr,
    listed.revenue_at_risk

from expected

full outer join listed
    on expected.account_id = listed.account_id

where
    expected.account_id is null
    or listed.account_id is null
    or coalesce(expected.arr, -1) <> coalesce(listed.arr, -1)
    or listed.revenue_at_risk > listed.arr
    or listed.revenue_at_risk < 0
