-- One row per account per day to score for which onboarding steps had been planned by
-- then, once completed steps are recorded: how many are done, how many are overdue, and
-- how late it is by its plan.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

tasks as (

    select * from {{ ref('stg_crm__tasks') }}

    where task_type = 'onboarding'

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

-- before the first completion of any account, nobody records them
days_with_completed_steps as (

    select distinct days_to_score.snapshot_date

    from days_to_score

    inner join tasks
        on
            days_to_score.snapshot_date >= tasks.completed_on
            and days_to_score.loaded_until >= tasks.loaded_on

),

steps as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        tasks.due_on,

        -- a step that is done after the snapshot is still open in it
        case
            when tasks.completed_on <= account_day_ids.snapshot_date
                then tasks.completed_on
        end as completed_on

    from account_day_ids

    inner join tasks
        on
            account_day_ids.source_account_id = tasks.account_id
            and tasks.created_on <= account_day_ids.snapshot_date
            and tasks.loaded_on <= account_day_ids.loaded_until

    inner join days_with_completed_steps
        on account_day_ids.snapshot_date = days_with_completed_steps.snapshot_date

),

judged_steps as (

    select
        account_id,
        snapshot_date,
        due_on,
        completed_on,

        -- what is due later and not done yet is no failure
        case
            when completed_on is not null then 1
            when due_on is null or due_on <= snapshot_date then 0
        end as is_completed,
        case
            when completed_on is null and due_on < snapshot_date
                then cast(snapshot_date - due_on as int)
        end as days_overdue,
        case when due_on is not null then completed_on end as planned_completed_on,
        case when due_on is not null and completed_on is null then 1 else 0 end
            as is_open_by_plan

    from steps

),

onboarding_steps as (

    select
        account_id,
        snapshot_date,
        avg(is_completed) as completed_share,

        -- without due dates there is no plan
        case when count(due_on) > 0 then count(days_overdue) end as steps_overdue,
        case
            when count(due_on) = 0 then null
            when sum(is_open_by_plan) > 0 then coalesce(max(days_overdue), 0)
            else cast(max(planned_completed_on) - max(due_on) as int)
        end as days_late

    from judged_steps

    group by account_id, snapshot_date

)

select * from onboarding_steps
