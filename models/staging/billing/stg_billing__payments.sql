-- One row per payment, refund or dispute.

with

payments as (

    select * from {{ source('billing', 'payments') }}

),

staged as (

    select
        -- keys
        payment_id,
        invoice_id,
        account_id,

        -- attributes
        currency,
        status,

        -- numbers
        amount,

        -- dates, UTC
        paid_at,
        cast(paid_at as date) as paid_on,
        _loaded_on as loaded_on

    from payments

    where _row_status = 'staged'

)

select * from staged
