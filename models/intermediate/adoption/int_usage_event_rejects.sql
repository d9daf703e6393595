-- One row per rejected row of usage.events: kept beside int_user_feature_days, day for
-- day, since a run reads only some days of that table. Rows without a readable date are
-- on 1900-01-01 and found anew by each run. A day that was read and has none has a row
-- without reason, which takes the place of those that it had before.

{{ config(
    materialized='incremental',
    unique_key='record_date',
    partition_by=('record_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

events as (

    select
        *,
        coalesce(_record_date, cast('1900-01-01' as date)) as record_date

    from {{ ref('base_usage__events') }}

),

read_days as (

    select record_date from events

    union

    select cast('1900-01-01' as date) as record_date

),

rejected as (

    select * from events

    where _row_status = 'rejected'

)

select
    rejected.event_id,
    read_days.record_date,
    rejected._rejection_reason as reason,
    rejected._raw_record as content

from read_days

left join rejected
    on read_days.record_date = rejected.record_date
