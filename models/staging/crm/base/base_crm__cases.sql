-- One row per raw row of crm.cases, with what became of it.

select * from {{ source('crm', 'cases') }}
