-- One row per raw row of billing.subscriptions, with what became of it.

select * from {{ source('billing', 'subscriptions') }}
