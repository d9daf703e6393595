-- One row per user.

with

users as (

    select * from {{ source('usage', 'users') }}

),

staged as (

    select
        -- keys
        user_id,
        account_id,
        contact_id,

        -- attributes
        role,
        department,

        -- dates, UTC
        created_at,
        cast(created_at as date) as created_on,
        deactivated_at,
        cast(deactivated_at as date) as deactivated_on,
        _loaded_on as loaded_on

    from users

    where _row_status = 'staged'

)

select * from staged
