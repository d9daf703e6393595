-- One row per raw row of marketing.market_events, with what became of it.

select * from {{ source('marketing', 'market_events') }}
