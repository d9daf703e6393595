-- One row per market event.

with

market_events as (

    select * from {{ source('marketing', 'market_events') }}

),

staged as (

    select
        -- keys
        event_id,
        account_id,

        -- attributes
        industry,
        segment,
        event_kind,

        -- numbers
        value,

        -- dates, UTC
        occurred_at,
        cast(occurred_at as date) as occurred_on,
        _loaded_on as loaded_on

    from market_events

    where _row_status = 'staged'

)

select * from staged
