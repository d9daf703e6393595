-- One row per raw row of marketing.intent, with what became of it.

select * from {{ source('marketing', 'intent') }}
