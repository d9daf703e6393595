-- One row per account, field and time of change.

with

account_changes as (

    select * from {{ source('crm', 'account_changes') }}

),

staged as (

    select
        -- keys
        account_id,
        field,

        -- attributes
        old_value,
        new_value,

        -- dates, UTC
        changed_at,
        cast(changed_at as date) as changed_on,
        _loaded_on as loaded_on

    from account_changes

    where _row_status = 'staged'

)

select * from staged
