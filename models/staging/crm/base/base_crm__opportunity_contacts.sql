-- One row per raw row of crm.opportunity_contacts, with what became of it.

select * from {{ source('crm', 'opportunity_contacts') }}
