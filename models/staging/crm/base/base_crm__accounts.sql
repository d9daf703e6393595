-- One row per raw row of crm.accounts, with what became of it.

select * from {{ source('crm', 'accounts') }}
