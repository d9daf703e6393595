-- One row per CRM account id, user, feature, day and status of the raw rows of
-- usage.events that this run reads: the largest table is reduced as it is read.
-- Rejected rows stand alone.

{{ config(materialized='table') }}

with

usable_events as (

    select
        *,
        coalesce(quantity, 1) as uses

    from {{ source('usage', 'events') }}

    where _rejection_reason is null

),

rejected_events as (

    select * from {{ source('usage', 'events') }}

    where _rejection_reason is not null

),

usable as (

    select
        account_id,
        user_id,
        feature,
        _record_date,
        _row_status,
        min(_loaded_on) as _loaded_on,
        cast(sum(_raw_rows) as bigint) as _raw_rows,
        cast(sum(_unreadable_values) as bigint) as _unreadable_values,
        cast(sum(_unknown_values) as bigint) as _unknown_values,
        sum(uses) as quantity,
        sum(minutes) as minutes,

        -- by quantity, since one row may stand for many uses
        sum(case when is_error is not null then uses end) as quantity_with_outcome,
        sum(case when is_error then uses else 0 end) as failed_quantity

    from usable_events

    group by account_id, user_id, feature, _record_date, _row_status

)

select
    *,
    cast(null as string) as event_id,
    cast(null as string) as _rejection_reason,
    cast(null as string) as _raw_record

from usable

union all

select
    account_id,
    user_id,
    feature,
    _record_date,
    _row_status,
    _loaded_on,
    _raw_rows,
    _unreadable_values,
    _unknown_values,
    quantity,
    minutes,
    cast(null as double) as quantity_with_outcome,
    cast(null as double) as failed_quantity,
    event_id,
    _rejection_reason,
    _raw_record

from rejected_events
