-- One row per raw row of crm.trainings, with what became of it.

select * from {{ source('crm', 'trainings') }}
