-- One row per raw row of crm.objectives, with what became of it.

select * from {{ source('crm', 'objectives') }}
