-- One row per CRM account id per known user per day of use: int_user_feature_days
-- without features, for the two windows of 28 days that this run reaches.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

user_feature_days as (

    select * from {{ ref('int_user_feature_days') }}

),

bounds as (

    select
        min(snapshot_date) - 56 as after_day,
        max(snapshot_date) as last_day

    from account_day_ids

),

account_user_days as (

    select
        user_feature_days.account_id,
        user_feature_days.user_id,
        user_feature_days.event_date,
        sum(user_feature_days.quantity) as uses

    from user_feature_days

    inner join bounds
        on
            user_feature_days.event_date > bounds.after_day
            and user_feature_days.event_date <= bounds.last_day

    where user_feature_days.user_id is not null

    group by
        user_feature_days.account_id,
        user_feature_days.user_id,
        user_feature_days.event_date

)

select * from account_user_days
