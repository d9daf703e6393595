-- One row per opportunity and contact.

with

opportunity_contacts as (

    select * from {{ source('crm', 'opportunity_contacts') }}

),

staged as (

    select
        -- keys
        opportunity_id,
        contact_id,

        -- attributes
        role,

        -- dates, UTC
        _loaded_on as loaded_on

    from opportunity_contacts

    where _row_status = 'staged'

)

select * from staged
