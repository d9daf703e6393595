-- One row per raw row of usage.events that this run reads, with what became of it.

select * from {{ source('usage', 'events') }}
