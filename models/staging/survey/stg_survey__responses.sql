-- One row per survey answer.

with

responses as (

    select * from {{ source('survey', 'responses') }}

),

staged as (

    select
        -- keys
        response_id,
        invitation_id,
        account_id,
        contact_id,
        case_id,

        -- attributes
        survey_type,

        -- personal data
        comment,

        -- numbers
        score,

        -- dates, UTC
        responded_at,
        cast(responded_at as date) as responded_on,
        _loaded_on as loaded_on

    from responses

    where _row_status = 'staged'

)

select * from staged
