-- One row per integration.

with

integrations as (

    select * from {{ source('usage', 'integrations') }}

),

staged as (

    select
        -- keys
        integration_id,
        account_id,

        -- attributes
        kind,

        -- dates, UTC
        activated_at,
        cast(activated_at as date) as activated_on,
        deactivated_at,
        cast(deactivated_at as date) as deactivated_on,
        _loaded_on as loaded_on

    from integrations

    where _row_status = 'staged'

)

select * from staged
