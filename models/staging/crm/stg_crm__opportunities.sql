-- One row per opportunity.

with

opportunities as (

    select * from {{ source('crm', 'opportunities') }}

),

staged as (

    select
        -- keys
        opportunity_id,
        account_id,

        -- attributes
        opportunity_type,
        lead_source,
        currency,

        -- numbers
        amount,

        -- flags
        is_won,

        -- dates, UTC
        created_at,
        cast(created_at as date) as created_on,
        expected_close_date,
        closed_at,
        cast(closed_at as date) as closed_on,
        _loaded_on as loaded_on

    from opportunities

    where _row_status = 'staged'

)

select * from staged
