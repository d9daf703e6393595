-- One row per account per day per signal that is stored on the day: value, status,
-- score, effective weight and contribution in points. What has weight in any scorecard,
-- a cap or an alert is stored for every account and day, what is only watched for the
-- last day of a month.

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
