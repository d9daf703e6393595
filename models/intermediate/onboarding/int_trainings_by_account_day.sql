-- One row per account per day to score with an enrolment in a training by then: the
-- share that was completed, the last completion, and how many hold a certificate.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

trainings as (

    select * from {{ ref('stg_crm__trainings') }}

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

-- before the first completion of any account, nobody records them
days_with_completed_trainings as (

    select distinct days_to_score.snapshot_date

    from days_to_score

    inner join trainings
        on
            days_to_score.snapshot_date >= trainings.completed_on
            and days_to_score.loaded_until >= trainings.loaded_on

),

enrolments as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        trainings.contact_id,
        trainings.enrolled_on,

        -- what happens after the snapshot is still to come in it
        case
            when trainings.completed_on <= account_day_ids.snapshot_date
                then trainings.completed_on
        end as completed_on,
        coalesce(trainings.certified_on <= account_day_ids.snapshot_date, false)
            as is_certified

    from account_day_ids

    inner join trainings
        on
            account_day_ids.source_account_id = trainings.account_id
            and trainings.enrolled_on <= account_day_ids.snapshot_date
            and trainings.loaded_on <= account_day_ids.loaded_until

),

trainings_by_account_day as (

    select
        enrolments.account_id,
        enrolments.snapshot_date,
        avg(
            case
                when days_with_completed_trainings.snapshot_date is null then null
                when enrolments.enrolled_on <= enrolments.snapshot_date - 365 then null
                when enrolments.completed_on is null then 0
                else 1
            end
        ) as completed_share_365d,
        max(enrolments.completed_on) as last_completed_on,
        count(case when enrolments.is_certified then 1 end) as certificates,
        count(distinct case when enrolments.is_certified then enrolments.contact_id end)
            as certified_contacts

    from enrolments

    left join days_with_completed_trainings
        on enrolments.snapshot_date = days_with_completed_trainings.snapshot_date

    group by enrolments.account_id, enrolments.snapshot_date

)

select * from trainings_by_account_day
