-- One row per raw row of billing.service_costs, with what became of it.

select * from {{ source('billing', 'service_costs') }}
