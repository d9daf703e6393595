-- One row per account per day to score: onboarding signals, from what was known by the
-- end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

onboarding_steps as (

    select * from {{ ref('int_onboarding_steps_by_account_day') }}

),

trainings as (

    select * from {{ ref('int_trainings_by_account_day') }}

),

activation as (

    select * from {{ ref('int_account_day_activation') }}

),

first_value as (

    select * from {{ ref('int_account_day_first_value') }}

),

first_sale as (

    select * from {{ ref('int_account_day_first_sale') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

-- where none has ever been recorded, nobody records them
first_trainings as (

    select
        min(completed_on) as first_completed_on,
        min({{ known_on('completed_on') }}) as first_completion_known_on,
        min({{ known_on('certified_on') }}) as first_certificate_known_on

    from {{ ref('stg_crm__trainings') }}

),

survey_answers as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        avg(responses.score) as mean_score_365d

    from account_day_ids

    inner join responses
        on
            account_day_ids.source_account_id = responses.account_id
            and responses.survey_type = 'onboarding'
            and responses.responded_on > account_day_ids.snapshot_date - 365
            and responses.responded_on <= account_day_ids.snapshot_date
            and responses.loaded_on <= account_day_ids.loaded_until

    group by all

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- nothing planned is unknown, so null
        cast(onboarding_steps.completed_share as double) as onboarding_completed_share,
        cast(onboarding_steps.steps_overdue as double) as onboarding_steps_overdue,
        cast(onboarding_steps.days_late as double) as onboarding_days_late,
        survey_answers.mean_score_365d as onboarding_csat_mean_365d,

        -- how soon it was sold, used and worth it
        cast(first_sale.sale_days as double) as initial_sale_days,
        cast(activation.activation_days as double) as activation_days,
        cast(first_value.first_value_days as double) as first_value_days,

        -- trainings: the last within a year, and silence only where it can be told
        cast(trainings.completed_share_365d as double)
            as training_completed_share_365d,
        case
            when trainings.last_completed_on > account_days.snapshot_date - 365
                then cast(
                    cast(
                        account_days.snapshot_date - trainings.last_completed_on as int
                    ) as double
                )
            when
                account_days.tenure_days >= 365
                and first_trainings.first_completed_on
                <= account_days.snapshot_date - 365
                and first_trainings.first_completion_known_on
                <= account_days.snapshot_date
                then cast(365 as double)
        end as days_since_last_training,

        -- certificates take time, and some name nobody
        case
            when account_days.tenure_days < 89 then null
            when trainings.certified_contacts = 0 and trainings.certificates > 0
                then null
            when
                first_trainings.first_certificate_known_on
                <= account_days.snapshot_date
                then coalesce(trainings.certified_contacts, 0)
                / cast(nullif(account_days.seats, 0) as double)
        end as certified_user_share

    from account_days

    cross join first_trainings

    {% for measure in ['onboarding_steps', 'trainings', 'activation', 'first_value',
        'first_sale', 'survey_answers'] %}
    left join {{ measure }}
        on
            account_days.account_id = {{ measure }}.account_id
            and account_days.snapshot_date = {{ measure }}.snapshot_date
    {% endfor %}

)

select * from signals
