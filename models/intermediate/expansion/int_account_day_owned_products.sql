-- One row per account per day to score of which it is known what it owns: how many
-- products, and how many more its segment may buy, from the list of products of today.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

subscription_versions as (

    select * from {{ ref('int_subscription_versions') }}

),

segment_products as (

    select * from {{ ref('int_segment_products') }}

),

eligible_counts as (

    select
        segment,
        case when count(*) = count(is_eligible) then sum(is_eligible) end
            as eligible_products

    from segment_products

    group by all

),

owned_products as (

    select distinct
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        subscription_versions.product_id

    from account_day_ids

    inner join subscription_versions
        on
            account_day_ids.source_account_id = subscription_versions.account_id
            and account_day_ids.snapshot_date >= subscription_versions.active_from
            and account_day_ids.snapshot_date < subscription_versions.active_to
            and account_day_ids.loaded_until >= subscription_versions.loaded_on
            and account_day_ids.loaded_until < subscription_versions.known_before

    where subscription_versions.product_id is not null

),

account_day_products as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        account_days.active_subscriptions,
        eligible_counts.eligible_products,
        count(owned_products.product_id) as owned_products,
        coalesce(sum(segment_products.is_eligible), 0) as owned_eligible_products

    from account_days

    left join eligible_counts
        on coalesce(account_days.segment, 'unknown') = eligible_counts.segment

    left join owned_products
        on
            account_days.account_id = owned_products.account_id
            and account_days.snapshot_date = owned_products.snapshot_date

    left join segment_products
        on
            coalesce(account_days.segment, 'unknown') = segment_products.segment
            and owned_products.product_id = segment_products.product_id

    group by all

),

known_products as (

    select
        account_id,
        snapshot_date,
        owned_products,
        eligible_products - owned_eligible_products as needed_products

    from account_day_products

    -- of active subscriptions without a single product, nobody knows what they are for
    where
        owned_products > 0
        or active_subscriptions = 0

)

select * from known_products
