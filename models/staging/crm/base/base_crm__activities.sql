-- One row per raw row of crm.activities, with what became of it.

select * from {{ source('crm', 'activities') }}
