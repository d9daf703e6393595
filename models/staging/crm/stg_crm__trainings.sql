-- One row per enrolment.

with

trainings as (

    select * from {{ source('crm', 'trainings') }}

),

staged as (

    select
        -- keys
        enrolment_id,
        account_id,
        contact_id,

        -- attributes
        course,

        -- dates, UTC
        enrolled_at,
        cast(enrolled_at as date) as enrolled_on,
        completed_at,
        cast(completed_at as date) as completed_on,
        certified_at,
        cast(certified_at as date) as certified_on,
        _loaded_on as loaded_on

    from trainings

    where _row_status = 'staged'

)

select * from staged
