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

user_feature_days as (

    select
        account_id,
        user_id,
        feature,
        occurred_on as event_date,
        cast(count(*) as double) as events,
        sum(coalesce(quantity, 1)) as quantity,
        sum(minutes) as minutes,

        -- by quantity, since one row may stand for many uses
        sum(case when is_error is not null then coalesce(quantity, 1) end)
            as quantity_with_outcome,
        sum(case when is_error then coalesce(quantity, 1) else 0 end)
            as failed_quantity

    from events

    group by all

),

read_days as (

    select distinct _record_date as event_date from {{ ref('base_usage__events') }}

)

select
    user_feature_days.account_id,
    user_feature_days.user_id,
    user_feature_days.feature,
    read_days.event_date,
    coalesce(user_feature_days.events, 0) as events,
    coalesce(user_feature_days.quantity, 0) as quantity,
    user_feature_days.minutes,
    user_feature_days.quantity_with_outcome,
    coalesce(user_feature_days.failed_quantity, 0) as failed_quantity

from read_days

inner join as_of
    on read_days.event_date <= as_of.as_of_date

left join user_feature_days
    on read_days.event_date = user_feature_days.event_date

order by read_days.event_date, user_feature_days.account_id
