-- One row per account per day per dimension of its scorecard: score, effective weight,
-- coverage and contribution in points.

{{ config(
    materialized='incremental',
    unique_key='snapshot_date',
    partition_by=('snapshot_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

-- nothing is stored before the whole batch has passed its tests:
-- depends_on: {{ ref('int_account_health') }}
-- depends_on: {{ ref('int_signal_contributions') }}

select
    account_id,
    snapshot_date,
    dimension,
    score,
    weight,
    coverage,
    contribution,
    '{{ invocation_id }}' as run_id

from {{ ref('int_dimension_scores') }}
