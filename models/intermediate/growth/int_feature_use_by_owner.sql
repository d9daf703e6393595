-- One row per feature per account that owns its product on the latest day that the last
-- run scored, and has been a customer for 28 days: its health, and its use of the
-- feature in those days.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('int_account_days') }}

),

account_ids as (

    select account_day_ids.*

    from {{ ref('int_account_day_ids') }} as account_day_ids

    inner join latest_day
        on account_day_ids.snapshot_date = latest_day.snapshot_date

),

owned_products as (

    select * from {{ ref('int_latest_owned_products') }}

),

features as (

    select * from {{ ref('stg_usage__features') }}

),

feature_use as (

    select
        account_ids.account_id,
        use_days.feature,
        sum(use_days.quantity_with_outcome) as uses_with_outcome,
        sum(
            case
                when use_days.quantity_with_outcome > 0 then use_days.failed_quantity
            end
        ) as failed_uses

    from {{ ref('int_user_feature_days') }} as use_days

    inner join latest_day
        on
            use_days.event_date > latest_day.snapshot_date - 28
            and use_days.event_date <= latest_day.snapshot_date

    inner join account_ids
        on use_days.account_id = account_ids.source_account_id

    group by account_ids.account_id, use_days.feature

),

feature_use_by_owner as (

    select
        features.feature,
        features.product_id,
        owned_products.account_id,
        owned_products.snapshot_date,
        account_health.health_score,
        feature_use.account_id is not null as is_used,
        feature_use.uses_with_outcome,
        feature_use.failed_uses

    from features

    inner join owned_products
        on
            features.product_id = owned_products.product_id
            and (
                features.released_on is null
                or features.released_on <= owned_products.snapshot_date
            )

    inner join {{ ref('account_health_daily') }} as account_health
        on
            owned_products.account_id = account_health.account_id
            and owned_products.snapshot_date = account_health.snapshot_date
            and account_health.tenure_days >= 27

    left join feature_use
        on
            features.feature = feature_use.feature
            and owned_products.account_id = feature_use.account_id

)

select * from feature_use_by_owner
