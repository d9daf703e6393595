-- One row per account.

with

accounts as (

    select * from {{ source('crm', 'accounts') }}

),

staged as (

    select
        -- keys
        account_id,
        parent_account_id,
        merged_into_account_id,
        owner_id,

        -- attributes
        account_name,
        industry,
        country,
        region,
        segment,
        service_tier,

        -- numbers
        employee_count,

        -- dates, UTC
        merged_at,
        cast(merged_at as date) as merged_on,
        created_at,
        cast(created_at as date) as created_on,
        _loaded_on as loaded_on

    from accounts

    where _row_status = 'staged'

)

select * from staged
