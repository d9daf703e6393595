-- One row per activity.

with

activities as (

    select * from {{ source('crm', 'activities') }}

),

staged as (

    select
        -- keys
        activity_id,
        account_id,
        contact_id,
        owner_id,

        -- attributes
        activity_type,
        direction,
        status,
        topic,

        -- numbers
        attendee_count,

        -- flags
        is_in_person,

        -- dates, UTC
        occurred_at,
        cast(occurred_at as date) as occurred_on,
        _loaded_on as loaded_on

    from activities

    where _row_status = 'staged'

)

select * from staged
