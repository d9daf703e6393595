-- Head of customer success: how did each owner's portfolio move between bands in the
-- last 91 days (or since the first stored day)? An account counts for the owner that it
-- has today, or had last. Came and left are customers that are on only one of the two
-- days; from and to unknown means that too little was measured.

with

days as (

    select
        max(snapshot_date) as last_day,
        max(snapshot_date) - 91 as quarter_before,
        min(snapshot_date) as first_stored_day

    from account_health_daily

),

bounds as (

    select
        last_day,
        case
            when first_stored_day > quarter_before then first_stored_day
            else quarter_before
        end as first_day

    from days

),

before as (

    select account_health_daily.*

    from account_health_daily

    inner join bounds
        on account_health_daily.snapshot_date = bounds.first_day

),

today as (

    select account_health_daily.*

    from account_health_daily

    inner join bounds
        on account_health_daily.snapshot_date = bounds.last_day

),

moves as (

    select
        coalesce(today.owner_id, before.owner_id, 'unknown') as owner_id,
        coalesce(before.health_band, 'came') as band_before,
        coalesce(today.health_band, 'left') as band_today,
        coalesce(today.arr, before.arr) as arr,
        today.health_score - before.health_score as points

    from before

    full outer join today
        on before.account_id = today.account_id

)

select
    owner_id,
    band_before,
    band_today,
    count(*) as accounts,
    round(sum(arr)) as arr,
    round(avg(points), 1) as mean_change_in_points

from moves

where band_before <> band_today

group by owner_id, band_before, band_today

order by owner_id asc, arr desc nulls last, band_before asc, band_today asc
