-- One row per invitation.

with

invitations as (

    select * from {{ source('survey', 'invitations') }}

),

staged as (

    select
        -- keys
        invitation_id,
        account_id,
        contact_id,

        -- attributes
        survey_type,

        -- dates, UTC
        sent_at,
        cast(sent_at as date) as sent_on,
        _loaded_on as loaded_on

    from invitations

    where _row_status = 'staged'

)

select * from staged
