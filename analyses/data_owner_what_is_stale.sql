-- Data owner: which tables are stale, missing or dirty today, who looks after them,
-- what do they take from the score, and on how many of the last 90 days were they
-- stale? Signals that wait are those that would be measured if the table were there.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from source_freshness_daily

),

stale_days as (

    select
        freshness.source,
        freshness.table_name,
        count(distinct freshness.snapshot_date) as stale_days

    from source_freshness_daily as freshness

    inner join latest_day
        on freshness.snapshot_date > latest_day.snapshot_date - 90

    where freshness.source_state = 'stale'

    group by freshness.source, freshness.table_name

),

-- of the mean account
today as (

    select
        freshness.source,
        freshness.table_name,
        sum(freshness.accounts * freshness.weight) / sum(freshness.accounts) as weight,
        sum(freshness.accounts * freshness.lost_coverage) / sum(freshness.accounts)
            as lost_coverage

    from source_freshness_daily as freshness

    inner join latest_day
        on freshness.snapshot_date = latest_day.snapshot_date

    group by freshness.source, freshness.table_name

)

select
    inventory.source,
    inventory.table_name,
    inventory.owner,
    inventory.freshness,
    inventory.newest_record_date,
    inventory.lag_days,
    inventory.max_lag_days,
    coalesce(stale_days.stale_days, 0) as stale_days_of_90,
    round(100 * today.weight, 1) as percent_of_score_on_it,
    round(100 * today.lost_coverage, 1) as percent_of_score_lost,
    round(100 * inventory.match_rate, 1) as percent_matched,
    inventory.rejected_rows,
    inventory.waiting_signals,
    inventory.warning

from data_inventory as inventory

left join stale_days
    on
        inventory.source = stale_days.source
        and inventory.table_name = stale_days.table_name

left join today
    on
        inventory.source = today.source
        and inventory.table_name = today.table_name

order by
    today.lost_coverage desc nulls last,
    case
        when inventory.freshness in ('absent', 'disappeared', 'stale') then 1
        else 2
    end asc,
    today.weight desc nulls last,
    inventory.source asc,
    inventory.table_name asc
