-- One row per usage event.

with

events as (

    select * from {{ ref('base_usage__events') }}

),

staged as (

    select
        -- keys
        event_id,
        account_id,
        user_id,

        -- attributes
        feature,

        -- numbers
        quantity,
        minutes,

        -- flags
        is_error,

        -- dates, UTC
        occurred_at,
        cast(occurred_at as date) as occurred_on,
        _loaded_on as loaded_on

    from events

    where _row_status = 'staged'

)

select * from staged
