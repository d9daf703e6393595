-- One row per account per day to score that subscribes to a product with core features:
-- how many had been released by then, how many of them were used in the last 28 days,
-- and how many only in the 28 days before. Which features a product has is known as of
-- today only.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

subscribed_product_days as (

    select * from {{ ref('int_subscribed_product_days') }}

),

core_feature_spans as (

    select * from {{ ref('int_core_feature_spans_28d') }}

),

core_features as (

    select
        feature,
        product_id,
        -- without a date, it has always been there
        coalesce(released_on, cast('1900-01-01' as date)) as released_on

    from {{ ref('stg_usage__features') }}

    where is_core

),

available_features as (

    select
        subscribed_product_days.account_id,
        subscribed_product_days.snapshot_date,
        count(*) as core_features

    from subscribed_product_days

    inner join core_features
        on
            subscribed_product_days.product_id = core_features.product_id
            and subscribed_product_days.snapshot_date >= core_features.released_on

    group by subscribed_product_days.account_id, subscribed_product_days.snapshot_date

),

used_features as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(
            distinct case
                when account_day_ids.snapshot_date < core_feature_spans.used_to
                    then core_features.feature
            end
        ) as core_features_used_28d,
        count(distinct core_features.feature) as core_features_used_56d

    from account_day_ids

    inner join core_feature_spans
        on
            account_day_ids.source_account_id = core_feature_spans.account_id
            and account_day_ids.snapshot_date >= core_feature_spans.used_from
            and account_day_ids.snapshot_date < core_feature_spans.used_to + 28

    inner join core_features
        on
            core_feature_spans.feature = core_features.feature
            and account_day_ids.snapshot_date >= core_features.released_on

    inner join subscribed_product_days
        on
            account_day_ids.account_id = subscribed_product_days.account_id
            and account_day_ids.snapshot_date = subscribed_product_days.snapshot_date
            and core_features.product_id = subscribed_product_days.product_id

    group by account_day_ids.account_id, account_day_ids.snapshot_date

),

core_feature_use as (

    select
        available_features.account_id,
        available_features.snapshot_date,
        available_features.core_features,
        coalesce(used_features.core_features_used_28d, 0) as core_features_used_28d,
        coalesce(
            used_features.core_features_used_56d - used_features.core_features_used_28d,
            0
        ) as core_features_abandoned_56d

    from available_features

    left join used_features
        on
            available_features.account_id = used_features.account_id
            and available_features.snapshot_date = used_features.snapshot_date

)

select * from core_feature_use
