-- One row per raw row of crm.opportunities, with what became of it.

select * from {{ source('crm', 'opportunities') }}
