-- One row per raw row of crm.csm_assessments, with what became of it.

select * from {{ source('crm', 'csm_assessments') }}
