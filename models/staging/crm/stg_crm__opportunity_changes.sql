-- One row per opportunity and time of change.

with

opportunity_changes as (

    select * from {{ source('crm', 'opportunity_changes') }}

),

staged as (

    select
        -- keys
        opportunity_id,

        -- attributes
        stage,

        -- numbers
        amount,

        -- dates, UTC
        changed_at,
        cast(changed_at as date) as changed_on,
        expected_close_date,
        _loaded_on as loaded_on

    from opportunity_changes

    where _row_status = 'staged'

)

select * from staged
