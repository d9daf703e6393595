-- One row per account, user, feature and day with use: usage.events, reduced once. Each
-- run replaces the days that it reads (new, open and restated ones); closed days stay.

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

user_feature_days as (

    select
        events.account_id,
        events.user_id,
        events.feature,
        events.occurred_on as event_date,
        cast(count(*) as double) as events,
        sum(coalesce(events.quantity, 1)) as quantity,
        sum(events.minutes) as minutes,

        -- by quantity, since one row may stand for many uses
        sum(case when events.is_error is not null then coalesce(events.quantity, 1) end)
            as quantity_with_outcome,
        sum(case when events.is_error then coalesce(events.quantity, 1) else 0 end)
            as failed_quantity

    from events

    inner join as_of
        on events.occurred_on <= as_of.as_of_date

    group by all

)

select * from user_feature_days

order by event_date, account_id
