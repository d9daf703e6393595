-- One row per task of the CRM that carries out an action in seeds/actions.csv, as it
-- was known on the latest day of history; those that ended long ago are left out.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('account_health_daily') }}

),

account_id_map as (

    select * from {{ ref('int_account_id_map') }}

),

known_tasks as (

    select
        tasks.task_id,
        tasks.account_id as source_account_id,
        tasks.action,
        tasks.created_on,
        coalesce(tasks.due_on, tasks.created_on + actions.due_in_days) as due_on,
        latest_day.snapshot_date,

        -- what is done later is open now
        case
            when tasks.completed_on <= latest_day.snapshot_date then tasks.completed_on
        end as completed_on

    from {{ ref('stg_crm__tasks') }} as tasks

    inner join {{ ref('actions') }} as actions
        on tasks.action = actions.action

    inner join latest_day
        on
            tasks.created_on <= latest_day.snapshot_date
            and tasks.loaded_on
            <= latest_day.snapshot_date + {{ var('late_data_days') }}

    where tasks.task_type = 'action'

),

action_tasks as (

    select
        *,
        case
            when completed_on is not null then 'done'
            when due_on + {{ var('action_lapse_days') }} < snapshot_date then 'lapsed'
            else 'in progress'
        end as state,
        coalesce(completed_on, due_on) as ended_on

    from known_tasks

)

select
    action_tasks.task_id,
    accounts_now.account_id,
    action_tasks.action,
    action_tasks.snapshot_date,
    action_tasks.state,
    action_tasks.created_on,
    action_tasks.due_on,
    action_tasks.completed_on,

    -- health is stored under the id that the account had on the day
    accounts_then.account_id as account_id_then,
    accounts_after.account_id as account_id_after

from action_tasks

inner join account_id_map as accounts_now
    on
        action_tasks.source_account_id = accounts_now.source_account_id
        and action_tasks.snapshot_date >= accounts_now.valid_from
        and action_tasks.snapshot_date < accounts_now.valid_to

inner join account_id_map as accounts_then
    on
        action_tasks.source_account_id = accounts_then.source_account_id
        and action_tasks.created_on >= accounts_then.valid_from
        and action_tasks.created_on < accounts_then.valid_to

left join account_id_map as accounts_after
    on
        action_tasks.source_account_id = accounts_after.source_account_id
        and action_tasks.completed_on + {{ var('action_effect_days') }}
        >= accounts_after.valid_from
        and action_tasks.completed_on + {{ var('action_effect_days') }}
        < accounts_after.valid_to

where
    action_tasks.state = 'in progress'
    or action_tasks.ended_on
    > action_tasks.snapshot_date - {{ var('action_look_back_days') }}
