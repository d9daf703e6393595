-- One row per CRM account id per day with use: int_user_feature_days without users and
-- features, for the days that sums of up to 90 days reach, and the last day with use
-- before them, of which only the date is told.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

user_feature_days as (

    select * from {{ ref('int_user_feature_days') }}

),

earlier_use as (

    select
        account_id,
        event_date

    from {{ ref('int_user_feature_days') }}

),

features as (

    select * from {{ ref('stg_usage__features') }}

),

core_features as (

    select count(*) as core_features from features

    where is_core

),

bounds as (

    select
        min(snapshot_date) - 365 as after_day,
        min(snapshot_date) - 90 as after_last_day_before,
        max(snapshot_date) as last_day

    from account_day_ids

),

sums as (

    select
        user_feature_days.account_id,
        user_feature_days.event_date,
        sum(user_feature_days.quantity) as quantity,
        sum(case when features.is_core then user_feature_days.quantity else 0 end)
            as core_quantity,
        sum(user_feature_days.quantity_with_outcome) as quantity_with_outcome,
        sum(user_feature_days.failed_quantity) as failed_quantity,

        -- without a name, use is use, but of nobody knows what
        count(user_feature_days.feature) > 0 as is_feature_known,

        -- null when no feature that was used has stated minutes
        sum(user_feature_days.quantity * features.minutes_saved_per_use)
            as minutes_saved,

        -- by known users: none of a core feature is a measured zero, once some is core
        sum(
            case
                when user_feature_days.user_id is null then null
                when features.is_core then user_feature_days.quantity
                when
                    user_feature_days.feature is not null
                    and core_features.core_features > 0
                    then cast(0 as double)
            end
        ) as core_uses,
        sum(
            case
                when user_feature_days.user_id is not null
                    then user_feature_days.minutes
            end
        ) as minutes

    from user_feature_days

    cross join core_features

    inner join bounds
        on
            user_feature_days.event_date > bounds.after_last_day_before
            and user_feature_days.event_date <= bounds.last_day

    left join features
        on user_feature_days.feature = features.feature

    group by user_feature_days.account_id, user_feature_days.event_date

),

-- so that a run of a few days does not add up a year
last_days_before as (

    select
        earlier_use.account_id,
        max(earlier_use.event_date) as event_date

    from earlier_use

    inner join bounds
        on
            earlier_use.event_date > bounds.after_day
            and earlier_use.event_date <= bounds.after_last_day_before

    group by earlier_use.account_id

),

account_use_days as (

    select * from sums

    union all

    select
        account_id,
        event_date,
        cast(null as double) as quantity,
        cast(null as double) as core_quantity,
        cast(null as double) as quantity_with_outcome,
        cast(null as double) as failed_quantity,
        cast(null as boolean) as is_feature_known,
        cast(null as double) as minutes_saved,
        cast(null as double) as core_uses,
        cast(null as double) as minutes

    from last_days_before

)

select * from account_use_days
