-- One row per account per day to score: onboarding signals, from what was known by the
-- end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

tasks as (

    select * from {{ ref('stg_crm__tasks') }}

),

trainings as (

    select * from {{ ref('stg_crm__trainings') }}

),

account_day_activation as (

    select * from {{ ref('int_account_day_activation') }}

),

account_day_first_sale as (

    select * from {{ ref('int_account_day_first_sale') }}

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

    where tasks.task_type = 'onboarding'

),

days_with_completed_trainings as (

    select distinct days_to_score.snapshot_date

    from days_to_score

    inner join trainings
        on
            days_to_score.snapshot_date >= trainings.completed_on
            and days_to_score.loaded_until >= trainings.loaded_on

),

onboarding_steps as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,

        -- a step that is done after the snapshot is still open in it
        avg(
            case
                when tasks.completed_on <= account_day_ids.snapshot_date then 1
                else 0
            end
        ) as completed_share

    from account_day_ids

    inner join tasks
        on
            account_day_ids.source_account_id = tasks.account_id
            and tasks.created_on <= account_day_ids.snapshot_date
            and tasks.loaded_on <= account_day_ids.loaded_until

            -- what is due later and not done yet is no failure
            and (
                tasks.due_on is null
                or tasks.due_on <= account_day_ids.snapshot_date
                or tasks.completed_on <= account_day_ids.snapshot_date
            )

    inner join days_with_completed_steps
        on account_day_ids.snapshot_date = days_with_completed_steps.snapshot_date

    where tasks.task_type = 'onboarding'

    group by all

),

enrolments as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        avg(
            case
                when trainings.completed_on <= account_day_ids.snapshot_date then 1
                else 0
            end
        ) as completed_share_365d

    from account_day_ids

    inner join trainings
        on
            account_day_ids.source_account_id = trainings.account_id
            and trainings.enrolled_on > account_day_ids.snapshot_date - 365
            and trainings.enrolled_on <= account_day_ids.snapshot_date
            and trainings.loaded_on <= account_day_ids.loaded_until

    inner join days_with_completed_trainings
        on account_day_ids.snapshot_date = days_with_completed_trainings.snapshot_date

    group by all

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- nothing planned, enrolled or won is unknown, so null
        cast(onboarding_steps.completed_share as double) as onboarding_completed_share,
        cast(account_day_activation.activation_days as double) as activation_days,
        cast(enrolments.completed_share_365d as double)
            as training_completed_share_365d,
        cast(account_day_first_sale.sale_days as double) as initial_sale_days

    from account_days

    left join onboarding_steps
        on
            account_days.account_id = onboarding_steps.account_id
            and account_days.snapshot_date = onboarding_steps.snapshot_date

    left join account_day_activation
        on
            account_days.account_id = account_day_activation.account_id
            and account_days.snapshot_date = account_day_activation.snapshot_date

    left join enrolments
        on
            account_days.account_id = enrolments.account_id
            and account_days.snapshot_date = enrolments.snapshot_date

    left join account_day_first_sale
        on
            account_days.account_id = account_day_first_sale.account_id
            and account_days.snapshot_date = account_day_first_sale.snapshot_date

)

select * from signals
