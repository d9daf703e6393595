-- One row per day per scorecard version that scored accounts on it per raw table:
-- whether the table was fresh, and how much of the score rested on it. What is stale
-- takes its weight away from coverage.

{{ config(
    materialized='incremental',
    unique_key='snapshot_date',
    partition_by=('snapshot_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

-- nothing is stored before the whole batch has passed its tests:
-- depends_on: {{ ref('int_account_health') }}

with

sources as (

    select
        *,
        concat(source, '.', table_name) as source_table

    from {{ ref('sources') }}

),

source_states as (

    select * from {{ ref('int_source_states') }}

),

scorecard_days as (

    select
        snapshot_date,
        scorecard,
        scorecard_version,
        count(*) as accounts

    from {{ ref('int_account_days') }}

    group by snapshot_date, scorecard, scorecard_version

),

source_weights as (

    select * from {{ ref('int_source_weights') }}

),

freshness as (

    select
        -- keys
        scorecard_days.snapshot_date,
        scorecard_days.scorecard,
        scorecard_days.scorecard_version,
        sources.source,
        sources.table_name,

        -- freshness
        coalesce(source_states.source_state, 'no_record') as source_state,
        source_states.newest_record_date,
        source_states.lag_days,
        sources.max_lag_days,

        -- what rests on it
        cast(scorecard_days.accounts as bigint) as accounts,
        cast(coalesce(source_weights.signals, 0) as bigint) as signals,
        coalesce({{ rounded('source_weights.configured_weight', 6) }}, 0)
            as configured_weight,
        coalesce({{ rounded('source_weights.weight', 6) }}, 0) as weight,
        case
            when source_states.source_state = 'stale'
                then coalesce({{ rounded('source_weights.weight', 6) }}, 0)
            else 0.0
        end as lost_coverage

    from scorecard_days

    cross join sources

    left join source_states
        on
            scorecard_days.snapshot_date = source_states.snapshot_date
            and sources.source_table = source_states.source_table

    left join source_weights
        on
            scorecard_days.snapshot_date = source_weights.snapshot_date
            and scorecard_days.scorecard = source_weights.scorecard
            and scorecard_days.scorecard_version = source_weights.scorecard_version
            and sources.source_table = source_weights.governing_source

)

select
    *,
    case
        when source_state = 'stale' and signals > 0
            then concat(
                source, '.', table_name,
                case
                    when lag_days > max_lag_days
                        then concat(
                            ' is stale, its newest record is ',
                            cast(lag_days as string), ' days old: '
                        )
                    else ' has disappeared: '
                end,
                cast(cast(round(100 * lost_coverage) as int) as string),
                ' % of the score ', scorecard, ' is not measured'
            )
    end as warning,
    '{{ invocation_id }}' as run_id

from freshness
