-- One row per objective.

with

objectives as (

    select * from {{ source('crm', 'objectives') }}

),

staged as (

    select
        -- keys
        objective_id,
        account_id,
        product_id,

        -- attributes
        currency,

        -- numbers
        expected_value,
        delivered_value,

        -- dates, UTC
        set_at,
        cast(set_at as date) as set_on,
        due_at,
        cast(due_at as date) as due_on,
        achieved_at,
        cast(achieved_at as date) as achieved_on,
        customer_confirmed_at,
        cast(customer_confirmed_at as date) as customer_confirmed_on,
        _loaded_on as loaded_on

    from objectives

    where _row_status = 'staged'

)

select * from staged
