-- One row per account and month.

with

service_costs as (

    select * from {{ source('billing', 'service_costs') }}

),

staged as (

    select
        -- keys
        account_id,

        -- attributes
        currency,

        -- numbers
        amount,

        -- dates, UTC
        month,
        _loaded_on as loaded_on

    from service_costs

    where _row_status = 'staged'

)

select * from staged
