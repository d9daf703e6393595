-- One row per invoice or credit note.

with

invoices as (

    select * from {{ source('billing', 'invoices') }}

),

staged as (

    select
        -- keys
        invoice_id,
        account_id,

        -- attributes
        currency,

        -- numbers
        amount,

        -- dates, UTC
        issued_at,
        cast(issued_at as date) as issued_on,
        due_at,
        cast(due_at as date) as due_on,
        _loaded_on as loaded_on

    from invoices

    where _row_status = 'staged'

)

select * from staged
