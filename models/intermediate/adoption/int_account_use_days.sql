-- One row per CRM account id per day with use: int_user_feature_days without users and
-- features, for the days that the trailing windows of this run reach.

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
        min(snapshot_date) - 365 as after_day,
        max(snapshot_date) as last_day

    from account_day_ids

),

account_use_days as (

    select
        user_feature_days.account_id,
        user_feature_days.event_date,
        sum(user_feature_days.quantity_with_outcome) as quantity_with_outcome,
        sum(user_feature_days.failed_quantity) as failed_quantity,

        -- without a name, use is use, but of nobody knows what
        count(user_feature_days.feature) > 0 as is_feature_known,

        -- null when no feature that was used has stated minutes
        sum(user_feature_days.quantity * features.minutes_saved_per_use)
            as minutes_saved

    from user_feature_days

    inner join bounds
        on
            user_feature_days.event_date > bounds.after_day
            and user_feature_days.event_date <= bounds.last_day

    left join features
        on user_feature_days.feature = features.feature

    group by user_feature_days.account_id, user_feature_days.event_date

)

select * from account_use_days
