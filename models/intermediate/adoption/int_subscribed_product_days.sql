-- One row per account per day to score per product that it subscribes to on that day.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

subscription_versions as (

    select * from {{ ref('int_subscription_versions') }}

),

subscribed_product_days as (

    -- several subscriptions may be to one product
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

)

select * from subscribed_product_days
