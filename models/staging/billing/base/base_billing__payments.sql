-- One row per raw row of billing.payments, with what became of it.

select * from {{ source('billing', 'payments') }}
