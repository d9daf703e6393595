-- One row per account per day to score with an assessment in the last 180 days: how
-- well our teams think that the value is understood, and by whom, and the open risks.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

assessments as (

    select
        *,
        row_number() over (order by assessed_at, assessment_id) as assessment_number

    from {{ ref('stg_crm__csm_assessments') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

account_day_assessments as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        account_day_ids.loaded_until,
        assessments.contact_id,
        assessments.value_understood,
        case
            when assessments.value_understood is not null
                then assessments.assessment_number
        end as value_number,
        case
            when
                assessments.assessed_on > account_day_ids.snapshot_date - 90
                and assessments.open_risks is not null
                then assessments.assessment_number
        end as risk_number

    from account_day_ids

    inner join assessments
        on
            account_day_ids.source_account_id = assessments.account_id
            and assessments.assessed_on > account_day_ids.snapshot_date - 180
            and assessments.assessed_on <= account_day_ids.snapshot_date
            and assessments.loaded_on <= account_day_ids.loaded_until

),

ratings as (

    select
        account_id,
        snapshot_date,
        avg(value_understood) as value_understood_mean_180d,
        max(risk_number) as last_risk_number

    from account_day_assessments

    group by account_id, snapshot_date

),

last_ratings_of_contacts as (

    select
        account_id,
        snapshot_date,
        loaded_until,
        contact_id,
        max(value_number) as last_value_number

    from account_day_assessments

    where contact_id is not null

    group by account_id, snapshot_date, loaded_until, contact_id

),

aware_contacts as (

    select
        last_ratings.account_id,
        last_ratings.snapshot_date,
        sum(case when assessments.value_understood >= 4 then 1 else 0 end)
            as aware_contacts_180d

    from last_ratings_of_contacts as last_ratings

    inner join assessments
        on last_ratings.last_value_number = assessments.assessment_number

    -- who leaves after the snapshot is still there in it
    left join contacts as contacts_who_left
        on
            last_ratings.contact_id = contacts_who_left.contact_id
            and last_ratings.snapshot_date >= contacts_who_left.left_on
            and last_ratings.loaded_until >= contacts_who_left.loaded_on

    where contacts_who_left.contact_id is null

    group by last_ratings.account_id, last_ratings.snapshot_date

),

assessments_by_account_day as (

    select
        ratings.account_id,
        ratings.snapshot_date,
        ratings.value_understood_mean_180d,
        aware_contacts.aware_contacts_180d,
        last_risks.open_risks as open_risks_90d

    from ratings

    left join aware_contacts
        on
            ratings.account_id = aware_contacts.account_id
            and ratings.snapshot_date = aware_contacts.snapshot_date

    left join assessments as last_risks
        on ratings.last_risk_number = last_risks.assessment_number

)

select * from assessments_by_account_day
