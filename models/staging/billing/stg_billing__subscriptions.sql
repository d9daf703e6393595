-- One row per subscription version.

with

subscriptions as (

    select * from {{ source('billing', 'subscriptions') }}

),

staged as (

    select
        -- keys
        subscription_id,
        account_id,
        product_id,

        -- attributes
        currency,
        end_reason,

        -- numbers
        quantity,
        mrr,
        list_mrr,
        billing_period_months,

        -- flags
        auto_renew,

        -- dates, UTC
        valid_from,
        valid_to,
        term_start,
        term_end,
        ended_at,
        cast(ended_at as date) as ended_on,
        _loaded_on as loaded_on

    from subscriptions

    where _row_status = 'staged'

)

select * from staged
