-- One row per account per day to score that subscribes to a product with features: how
-- many such products there are, how many of them were used in the last 90 days, and for
-- how many the time that they save is stated. Which features a product has is known as
-- of today only.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

subscribed_product_days as (

    select * from {{ ref('int_subscribed_product_days') }}

),

product_spans as (

    select * from {{ ref('int_product_spans_90d') }}

),

features as (

    select
        product_id,
        minutes_saved_per_use,
        -- without a date, it has always been there
        coalesce(released_on, cast('1900-01-01' as date)) as released_on

    from {{ ref('stg_usage__features') }}

),

products_with_features as (

    select
        product_id,
        min(released_on) as first_released_on,
        min(case when minutes_saved_per_use is not null then released_on end)
            as first_stated_on

    from features

    group by product_id

),

measurable_products as (

    select
        subscribed_product_days.account_id,
        subscribed_product_days.snapshot_date,
        subscribed_product_days.product_id,
        products_with_features.first_stated_on
        <= subscribed_product_days.snapshot_date as is_minutes_saved_stated

    from subscribed_product_days

    inner join products_with_features
        on
            subscribed_product_days.product_id = products_with_features.product_id
            and subscribed_product_days.snapshot_date
            >= products_with_features.first_released_on

),

used_products as (

    select distinct
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        product_spans.product_id

    from account_day_ids

    inner join product_spans
        on
            account_day_ids.source_account_id = product_spans.account_id
            and account_day_ids.snapshot_date >= product_spans.used_from
            and account_day_ids.snapshot_date < product_spans.used_to

),

product_use as (

    select
        measurable_products.account_id,
        measurable_products.snapshot_date,
        count(*) as products_with_features,
        count(used_products.product_id) as products_used_90d,
        count(
            case when measurable_products.is_minutes_saved_stated then 1 end
        ) as products_with_stated_minutes

    from measurable_products

    left join used_products
        on
            measurable_products.account_id = used_products.account_id
            and measurable_products.snapshot_date = used_products.snapshot_date
            and measurable_products.product_id = used_products.product_id

    group by measurable_products.account_id, measurable_products.snapshot_date

)

select * from product_use
