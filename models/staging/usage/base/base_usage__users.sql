-- One row per raw row of usage.users, with what became of it.

select * from {{ source('usage', 'users') }}
