-- One row per task.

with

tasks as (

    select * from {{ source('crm', 'tasks') }}

),

staged as (

    select
        -- keys
        task_id,
        account_id,

        -- attributes
        task_type,
        action,

        -- dates, UTC
        created_at,
        cast(created_at as date) as created_on,
        due_at,
        cast(due_at as date) as due_on,
        completed_at,
        cast(completed_at as date) as completed_on,
        _loaded_on as loaded_on

    from tasks

    where _row_status = 'staged'

)

select * from staged
