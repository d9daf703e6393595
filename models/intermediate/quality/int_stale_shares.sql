-- One row per scorecard version that lacks what stale tables do not tell on the latest
-- day: how much of every score that is, and which tables, in words.

with

source_freshness as (

    select * from {{ ref('source_freshness_daily') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from source_freshness

),

stale_tables as (

    select
        source_freshness.snapshot_date,
        source_freshness.scorecard,
        source_freshness.scorecard_version,
        source_freshness.lost_coverage,
        concat(
            source_freshness.source, '.', source_freshness.table_name, ' (',
            case
                when source_freshness.lag_days > source_freshness.max_lag_days
                    then concat(
                        cast(source_freshness.lag_days as string), ' days old'
                    )
                else 'gone'
            end,
            ', ',
            cast(cast(round(100 * source_freshness.lost_coverage) as int) as string),
            ' % of the score)'
        ) as words

    from source_freshness

    inner join latest_day
        on source_freshness.snapshot_date = latest_day.snapshot_date

    where source_freshness.lost_coverage > 0

)

select
    snapshot_date,
    scorecard,
    scorecard_version,
    {{ exact_sum('lost_coverage', 6) }} as stale_share,
    {{ distinct_text('words') }} as stale_tables

from stale_tables

group by snapshot_date, scorecard, scorecard_version
