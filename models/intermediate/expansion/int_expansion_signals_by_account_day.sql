-- One row per account per day to score: expansion signals, from what was known by the
-- end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_products as (

    select * from {{ ref('int_account_day_owned_products') }}

),

account_day_upsells as (

    select * from {{ ref('int_account_day_upsells') }}

),

active_users as (

    select * from {{ ref('int_active_users_by_account_day') }}

),

use_by_account_day as (

    select * from {{ ref('int_use_by_account_day') }}

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- products
        cast(account_day_products.owned_products as double) as products_owned,
        cast(account_day_products.needed_products as double)
            as products_needed_not_owned,

        -- upsells: none is a measured zero, once the whole window is of a customer
        case
            when account_days.tenure_days < 364 then null
            -- without a single known type and result, nobody knows how many were won
            when account_day_upsells.known_results_365d = 0 then null
            else cast(coalesce(account_day_upsells.upsells_won_365d, 0) as double)
        end as upsells_won_365d,

        -- users beyond seats: no use is a measured zero, use without users is unknown
        case
            when account_days.tenure_days < 27 then null
            when active_users.active_users_28d > account_days.seats
                then active_users.active_users_28d
                / cast(nullif(account_days.seats, 0) as double) - 1
            when
                active_users.active_users_28d is null
                and use_by_account_day.use_days_28d > 0
                then null
            when account_days.seats > 0 then 0.0
        end as use_above_entitlement_28d

    from account_days

    left join account_day_products
        on
            account_days.account_id = account_day_products.account_id
            and account_days.snapshot_date = account_day_products.snapshot_date

    left join account_day_upsells
        on
            account_days.account_id = account_day_upsells.account_id
            and account_days.snapshot_date = account_day_upsells.snapshot_date

    left join active_users
        on
            account_days.account_id = active_users.account_id
            and account_days.snapshot_date = active_users.snapshot_date

    left join use_by_account_day
        on
            account_days.account_id = use_by_account_day.account_id
            and account_days.snapshot_date = use_by_account_day.snapshot_date

)

select * from signals
