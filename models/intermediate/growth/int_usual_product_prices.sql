-- One row per product and size band, and one per product for all sizes: the median of
-- what its owners pay per seat and year, where there are enough of them.

with

owned_products as (

    select * from {{ ref('int_latest_owned_products') }}

    -- what is free tells no price
    where arr_per_seat > 0

),

account_days as (

    select * from {{ ref('int_account_days') }}

),

thresholds as (

    select
        max(case when threshold = 'expansion_minimum_owners' then value end)
            as minimum_owners

    from {{ ref('thresholds') }}

),

prices as (

    select
        owned_products.product_id,
        account_days.size_band,
        owned_products.arr_per_seat

    from owned_products

    inner join account_days
        on
            owned_products.account_id = account_days.account_id
            and owned_products.snapshot_date = account_days.snapshot_date

),

grouped_prices as (

    select
        product_id,
        size_band,
        count(*) as owners,
        median(arr_per_seat) as arr_per_seat

    from prices

    where size_band is not null

    group by product_id, size_band

    union all

    select
        product_id,
        'all' as size_band,
        count(*) as owners,
        median(arr_per_seat) as arr_per_seat

    from prices

    group by product_id

)

select
    grouped_prices.product_id,
    grouped_prices.size_band,
    grouped_prices.owners,
    {{ rounded('grouped_prices.arr_per_seat', 2) }} as arr_per_seat

from grouped_prices

inner join thresholds
    on grouped_prices.owners >= thresholds.minimum_owners
