-- One row per month of evaluation, candidate scorecard version, day (the ends of
-- months, and the latest day), published band and band by the candidate: who would
-- move.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

health as (

    select * from {{ ref('int_what_if_health') }}

)

select
    evaluated_on,
    scorecard,
    scorecard_version,
    snapshot_date,
    is_latest_day,
    published_health_band as from_band,
    health_band as to_band,
    count(*) as accounts,
    {{ exact_sum('arr', 2) }} as arr,
    {{ rounded(exact_sum('change', 4) ~ ' / nullif(count(change), 0)', 4) }}
        as mean_change

from health

group by
    evaluated_on,
    scorecard,
    scorecard_version,
    snapshot_date,
    is_latest_day,
    published_health_band,
    health_band
