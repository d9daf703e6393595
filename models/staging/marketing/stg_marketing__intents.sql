-- One row per account, topic and week.

with

intent as (

    select * from {{ source('marketing', 'intent') }}

),

staged as (

    select
        -- keys
        account_id,
        topic,

        -- attributes
        topic_kind,

        -- numbers
        strength,

        -- dates, UTC
        week,
        _loaded_on as loaded_on

    from intent

    where _row_status = 'staged'

)

select * from staged
