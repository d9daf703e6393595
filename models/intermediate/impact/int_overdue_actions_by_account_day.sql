-- One row per account per day to score from the first completed action of any account
-- on: how many of its agreed actions are overdue.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

actions as (

    select * from {{ ref('stg_crm__tasks') }}

    where task_type = 'action'

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

-- before the first completion of any account, nobody records them
days_with_completed_actions as (

    select distinct days_to_score.snapshot_date

    from days_to_score

    inner join actions
        on
            days_to_score.snapshot_date >= actions.completed_on
            and days_to_score.loaded_until >= actions.loaded_on

),

overdue_actions_by_account_day as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,

        -- what is done after the snapshot is still open in it
        sum(
            case
                when actions.task_id is null then 0
                when actions.completed_on <= account_day_ids.snapshot_date then 0
                else 1
            end
        ) as overdue_actions

    from account_day_ids

    inner join days_with_completed_actions
        on account_day_ids.snapshot_date = days_with_completed_actions.snapshot_date

    -- what is due on the day is overdue on the next
    left join actions
        on
            account_day_ids.source_account_id = actions.account_id
            and actions.due_on > account_day_ids.snapshot_date - 365
            and actions.due_on < account_day_ids.snapshot_date
            and actions.created_on <= account_day_ids.snapshot_date
            and actions.loaded_on <= account_day_ids.loaded_until

    group by account_day_ids.account_id, account_day_ids.snapshot_date

)

select * from overdue_actions_by_account_day
