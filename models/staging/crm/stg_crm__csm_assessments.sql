-- One row per assessment.

with

csm_assessments as (

    select * from {{ source('crm', 'csm_assessments') }}

),

staged as (

    select
        -- keys
        assessment_id,
        account_id,
        contact_id,

        -- attributes
        assessed_by,
        team,

        -- personal data
        comment,

        -- numbers
        sentiment,
        trusted_advisor,
        value_understood,
        open_risks,

        -- dates, UTC
        assessed_at,
        cast(assessed_at as date) as assessed_on,
        _loaded_on as loaded_on

    from csm_assessments

    where _row_status = 'staged'

)

select * from staged
