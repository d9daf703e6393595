-- One row per raw row of billing.products, with what became of it.

select * from {{ source('billing', 'products') }}
