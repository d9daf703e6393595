-- One row per raw row of crm.opportunity_changes, with what became of it.

select * from {{ source('crm', 'opportunity_changes') }}
