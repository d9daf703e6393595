-- One row per month of evaluation, candidate scorecard version and account of the
-- latest day that changes its band, gains or loses its score, or is among those whose
-- score moves most: what the candidate would say of it, and which signals do it.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

health as (

    select
        *,
        row_number() over (
            partition by scorecard, scorecard_version
            order by abs(change) desc nulls last, account_id asc
        ) as move_rank

    from {{ ref('int_what_if_health') }}

    where is_latest_day

),

signals as (

    select * from {{ ref('int_what_if_signals') }}

)

select
    health.evaluated_on,
    health.scorecard,
    health.scorecard_version,
    health.account_id,
    health.snapshot_date,
    health.owner_id,
    health.segment,
    health.arr,

    -- from what to what
    health.published_scorecard,
    health.published_scorecard_version,
    health.published_health_score,
    health.published_health_band,
    health.health_score,
    health.health_band,
    health.coverage,
    health.change,
    health.move,
    cast(health.move_rank as int) as move_rank,

    -- the signals that do it
    nullif(signals.signals_up, '') as signals_up,
    nullif(signals.signals_down, '') as signals_down

from health

left join signals
    on
        health.account_id = signals.account_id
        and health.snapshot_date = signals.snapshot_date
        and health.scorecard = signals.scorecard
        and health.scorecard_version = signals.scorecard_version

where
    health.move not in ('same band', 'no score')
    or (
        health.move_rank <= {{ var('what_if_accounts') }}
        and abs(health.change) > 0
    )
