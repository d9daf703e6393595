-- Data owner: which accounts' scores rest on tables that are stale today, how much of
-- each, and is the score withheld for it? coverage is what was measured; below the
-- minimum of the scorecard there is no score and the band is unknown.

with

stale as (

    select
        snapshot_date,
        scorecard,
        scorecard_version,
        sum(lost_coverage) as lost_coverage,
        string_agg(
            concat(source, '.', table_name),
            ', ' order by lost_coverage desc, source asc, table_name asc
        ) as stale_tables

    from source_freshness_daily

    where lost_coverage > 0

    group by snapshot_date, scorecard, scorecard_version

)

select
    accounts.account_id,
    accounts.account_name,
    accounts.scorecard,
    accounts.health_band,
    round(accounts.health_score, 1) as health_score,
    round(100 * accounts.coverage) as measured_percent,
    round(100 * stale.lost_coverage) as percent_lost_to_stale_tables,
    stale.stale_tables,
    round(accounts.arr) as arr

from account_health_current as accounts

inner join stale
    on
        accounts.snapshot_date = stale.snapshot_date
        and accounts.scorecard = stale.scorecard
        and accounts.scorecard_version = stale.scorecard_version

where accounts.account_id = coalesce(getvariable('account'), accounts.account_id)

order by
    accounts.coverage asc, accounts.arr desc nulls last, accounts.account_id asc

limit 40
