-- One row per CRM account id per core feature per span of days, from used_from to
-- before used_to, on each of which the core feature was used within 28 days: few spans
-- instead of many days.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

user_feature_days as (

    select * from {{ ref('int_user_feature_days') }}

),

features as (

    select * from {{ ref('stg_usage__features') }}

),

bounds as (

    select
        min(snapshot_date) - 56 as after_day,
        max(snapshot_date) as last_day

    from account_day_ids

),

feature_days as (

    select distinct
        user_feature_days.account_id,
        features.feature,
        user_feature_days.event_date

    from user_feature_days

    inner join bounds
        on
            user_feature_days.event_date > bounds.after_day
            and user_feature_days.event_date <= bounds.last_day

    inner join features
        on user_feature_days.feature = features.feature

    where features.is_core

),

days_with_previous as (

    select
        *,
        lag(event_date) over (
            partition by account_id, feature order by event_date
        ) as previous_event_date

    from feature_days

),

numbered_days as (

    select
        *,
        sum(case when event_date <= previous_event_date + 28 then 0 else 1 end) over (
            partition by account_id, feature
            order by event_date
            rows between unbounded preceding and current row
        ) as span_number

    from days_with_previous

),

core_feature_spans as (

    select
        account_id,
        feature,
        span_number,
        min(event_date) as used_from,
        max(event_date) + 28 as used_to

    from numbered_days

    group by account_id, feature, span_number

)

select * from core_feature_spans
