-- One row per raw row of usage.features, with what became of it.

select * from {{ source('usage', 'features') }}
