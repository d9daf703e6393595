-- One row per raw row of crm.account_changes, with what became of it.

select * from {{ source('crm', 'account_changes') }}
