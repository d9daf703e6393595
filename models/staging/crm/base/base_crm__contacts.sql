-- One row per raw row of crm.contacts, with what became of it.

select * from {{ source('crm', 'contacts') }}
