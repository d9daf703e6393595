-- One row per rejected row of usage.events: kept beside int_user_feature_days, day for
-- day, since a run reads only some days of that table. Rows without a readable date are
-- on 1900-01-01 and found anew by each run.

{{ config(
    materialized='incremental',
    unique_key='record_date',
    partition_by=('record_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

select
    event_id,
    coalesce(_record_date, cast('1900-01-01' as date)) as record_date,
    _rejection_reason as reason,
    _raw_record as content

from {{ ref('base_usage__events') }}

where _row_status = 'rejected'
