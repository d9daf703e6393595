-- One row per account, user, feature and day with use: usage.events, reduced once. Each
-- run replaces the days that it reads (new, open and restated ones); closed days stay.
-- A day that was read and has no use has a row without account, which takes the place
-- of those that it had before.

{{ config(
    materialized='incremental',
    unique_key='event_date',
    partition_by=('event_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

events as (

    select * from {{ ref('stg_usage__events') }}

),

as_of as (

    select * from {{ ref('int_as_of_date') }}

),

read_days as (

    select distinct _record_date as event_date from {{ ref('base_usage__events') }}

)

select
    events.account_id,
    events.user_id,
    events.feature,
    read_days.event_date,
    coalesce(cast(events.events as double), 0) as events,
    coalesce(events.quantity, 0) as quantity,
    events.minutes,
    events.quantity_with_outcome,
    coalesce(events.failed_quantity, 0) as failed_quantity

from read_days

inner join as_of
    on read_days.event_date <= as_of.as_of_date

left join events
    on read_days.event_date = events.event_date

order by read_days.event_date
