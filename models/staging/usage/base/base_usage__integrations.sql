-- One row per raw row of usage.integrations, with what became of it.

select * from {{ source('usage', 'integrations') }}
