-- One row per raw row of marketing.touches, with what became of it.

select * from {{ source('marketing', 'touches') }}
