-- One row per contact.

with

contacts as (

    select * from {{ source('crm', 'contacts') }}

),

staged as (

    select
        -- keys
        contact_id,
        account_id,

        -- attributes
        job_title,
        persona,
        seniority,

        -- personal data
        full_name,
        email,

        -- flags
        is_champion,

        -- dates, UTC
        created_at,
        cast(created_at as date) as created_on,
        left_at,
        cast(left_at as date) as left_on,
        _loaded_on as loaded_on

    from contacts

    where _row_status = 'staged'

)

select * from staged
