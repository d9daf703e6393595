-- One row per account per day to score that subscribes to a product of which features
-- were released in the last 90 days: how many, and how many of them were tried since.
-- Which features a product has is known as of today only.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

subscribed_product_days as (

    select * from {{ ref('int_subscribed_product_days') }}

),

user_feature_days as (

    select * from {{ ref('int_user_feature_days') }}

),

bounds as (

    select
        min(snapshot_date) - 90 as after_day,
        max(snapshot_date) as last_day

    from account_day_ids

),

released_features as (

    select
        features.feature,
        features.product_id,
        features.released_on

    from {{ ref('stg_usage__features') }} as features

    inner join bounds
        on
            features.released_on > bounds.after_day
            and features.released_on <= bounds.last_day

),

first_uses as (

    select
        user_feature_days.account_id,
        released_features.feature,
        released_features.released_on,
        min(user_feature_days.event_date) as first_used_on

    from user_feature_days

    inner join released_features
        on
            user_feature_days.feature = released_features.feature
            and user_feature_days.event_date >= released_features.released_on

    group by
        user_feature_days.account_id,
        released_features.feature,
        released_features.released_on

),

tried_features as (

    -- two ids of a merged account may both have tried it
    select distinct
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        first_uses.feature

    from account_day_ids

    inner join first_uses
        on
            account_day_ids.source_account_id = first_uses.account_id
            and account_day_ids.snapshot_date >= first_uses.first_used_on
            and account_day_ids.snapshot_date < first_uses.released_on + 90

),

new_feature_use as (

    select
        subscribed_product_days.account_id,
        subscribed_product_days.snapshot_date,
        count(*) as new_features_90d,
        count(tried_features.feature) as new_features_tried_90d

    from subscribed_product_days

    inner join released_features
        on
            subscribed_product_days.product_id = released_features.product_id
            and subscribed_product_days.snapshot_date >= released_features.released_on
            and subscribed_product_days.snapshot_date
            < released_features.released_on + 90

    left join tried_features
        on
            subscribed_product_days.account_id = tried_features.account_id
            and subscribed_product_days.snapshot_date = tried_features.snapshot_date
            and released_features.feature = tried_features.feature

    group by subscribed_product_days.account_id, subscribed_product_days.snapshot_date

)

select * from new_feature_use
