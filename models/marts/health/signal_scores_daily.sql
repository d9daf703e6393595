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

with

signal_scores as (

    select * from {{ ref('int_signal_scores') }}

),

signals_to_store as (

    select signal from {{ ref('scorecard_signals') }}

    where weight > 0

    union

    select signal from {{ ref('score_caps') }}

    where signal is not null

)

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

from signal_scores

where
    signal in (select signals_to_store.signal from signals_to_store)
    or extract(day from snapshot_date + 1) = 1

order by snapshot_date, account_id
