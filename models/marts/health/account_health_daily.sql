-- One row per account per day: the health score as it was known on that day, and what
-- was true of the account then. The last mart of a run to be written, since the days
-- that it has decide which days the next run scores.

{{ config(
    materialized='incremental',
    unique_key='snapshot_date',
    partition_by=('snapshot_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

-- depends_on: {{ ref('signal_scores_daily') }}
-- depends_on: {{ ref('dimension_scores_daily') }}
-- depends_on: {{ ref('history_ledger') }}
-- depends_on: {{ ref('policy_ledger') }}
-- depends_on: {{ ref('source_freshness_daily') }}

select
    account_id,
    snapshot_date,

    -- score
    scorecard,
    scorecard_version,
    health_score,
    uncapped_health_score,
    coverage,
    applicable_share,
    health_band,
    settled_band,
    relationship_score,
    impact_score,
    quadrant,
    cap,

    -- what was true of the account
    arr,
    segment,
    industry,
    region,
    size_band,
    service_tier,
    product,
    owner_id,
    parent_account_id,
    lifecycle_stage,
    tenure_days,
    days_to_renewal,

    -- when it was computed
    coalesce(run_id, '{{ invocation_id }}') as run_id,
    coalesce(
        computed_at,
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
    ) as computed_at

from {{ ref('int_account_health_to_store') }}

order by snapshot_date, account_id
