-- One row per touch.

with

touches as (

    select * from {{ source('marketing', 'touches') }}

),

staged as (

    select
        -- keys
        touch_id,
        account_id,
        contact_id,

        -- attributes
        channel,
        action,
        page_category,

        -- dates, UTC
        occurred_at,
        cast(occurred_at as date) as occurred_on,
        _loaded_on as loaded_on

    from touches

    where _row_status = 'staged'

)

select * from staged
