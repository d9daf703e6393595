-- One row per raw row of crm.tasks, with what became of it.

select * from {{ source('crm', 'tasks') }}
