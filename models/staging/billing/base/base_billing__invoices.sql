-- One row per raw row of billing.invoices, with what became of it.

select * from {{ source('billing', 'invoices') }}
