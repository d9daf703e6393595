-- One row per case.

with

cases as (

    select * from {{ source('crm', 'cases') }}

),

staged as (

    select
        -- keys
        case_id,
        account_id,
        contact_id,

        -- attributes
        case_type,
        priority,

        -- dates, UTC
        opened_at,
        cast(opened_at as date) as opened_on,
        first_response_at,
        cast(first_response_at as date) as first_response_on,
        resolved_at,
        cast(resolved_at as date) as resolved_on,
        sla_due_at,
        cast(sla_due_at as date) as sla_due_on,
        escalated_at,
        cast(escalated_at as date) as escalated_on,
        reopened_at,
        cast(reopened_at as date) as reopened_on,
        _loaded_on as loaded_on

    from cases

    where _row_status = 'staged'

)

select * from staged
