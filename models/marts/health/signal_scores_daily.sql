-- One row per account per day per signal of its scorecard: value, status, score,
-- effective weight and contribution in points. Signals with weight are stored for every
-- day, those that are only watched for the last day of a month.

{{ config(
    materialized='incremental',
    unique_key='snapshot_date',
    partition_by=('snapshot_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

-- nothing is stored before the whole batch has passed its tests:
-- depends_on: {{ ref('int_account_health') }}

select
    account_id,
    snapshot_date,
    signal,
    dimension,
    value,
    score,
    weight,
    contribution,
    status,
    '{{ invocation_id }}' as run_id

from {{ ref('int_signal_contributions') }}
