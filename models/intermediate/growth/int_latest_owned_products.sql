-- One row per account in scope on the latest day that the last run scored per product
-- that it subscribes to: seats, and what it pays for them.

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

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

subscriptions as (

    select
        account_ids.account_id,
        account_ids.snapshot_date,
        versions.product_id,
        versions.quantity,
        versions.mrr * 12 * exchange_rates.rate as arr

    from account_ids

    inner join {{ ref('int_subscription_versions') }} as versions
        on
            account_ids.source_account_id = versions.account_id
            and account_ids.snapshot_date >= versions.active_from
            and account_ids.snapshot_date < versions.active_to
            and account_ids.loaded_until >= versions.loaded_on
            and account_ids.loaded_until < versions.known_before

    left join exchange_rates
        on
            versions.currency = exchange_rates.currency
            and account_ids.snapshot_date >= exchange_rates.valid_from
            and account_ids.snapshot_date < exchange_rates.valid_to

    where versions.product_id is not null

),

-- one subscription of unknown size makes the sum unknown, not smaller
owned_products as (

    select
        account_id,
        snapshot_date,
        product_id,
        case when count(*) = count(quantity) then sum(quantity) end as seats,
        case
            when count(*) = count(arr) then {{ rounded(exact_sum('arr', 6), 2) }}
        end as arr

    from subscriptions

    group by account_id, snapshot_date, product_id

)

select
    *,
    {{ rounded('arr / nullif(seats, 0)', 4) }} as arr_per_seat

from owned_products
