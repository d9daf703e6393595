-- One row per account per day to score: support signals, from what was known by the end
-- of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

cases as (

    select * from {{ ref('stg_crm__cases') }}

),

resolution_days as (

    select
        resolved_on,
        min(loaded_on) as loaded_on

    from cases

    where resolved_on is not null

    group by resolved_on

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

-- before the first resolution of any case, nobody records them
days_with_resolutions as (

    select distinct days_to_score.snapshot_date

    from days_to_score

    inner join resolution_days
        on
            days_to_score.snapshot_date >= resolution_days.resolved_on
            and days_to_score.loaded_until >= resolution_days.loaded_on

),

cases_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        cases.case_type,

        -- a word that nobody knows tells nothing
        nullif(cases.priority, 'other') as known_priority,

        -- in which window it was opened
        cases.opened_on > account_day_ids.snapshot_date - 90 as is_opened_90d,
        cases.opened_on > account_day_ids.snapshot_date - 180
        and cases.opened_on <= account_day_ids.snapshot_date - 90
            as is_opened_90d_before,

        -- what happens after the snapshot has not happened in it
        cases.priority = 'urgent'
        and (
            cases.resolved_on is null
            or cases.resolved_on > account_day_ids.snapshot_date
        ) as is_urgent_and_open,
        case
            when
                cases.first_response_on <= account_day_ids.snapshot_date
                and cases.first_response_at >= cases.opened_at
                then {{ hours_between('cases.opened_at', 'cases.first_response_at') }}
        end as first_response_hours,
        case
            when cases.resolved_on <= account_day_ids.snapshot_date
                then {{ hours_between('cases.opened_at', 'cases.resolved_at') }}
        end as resolution_hours

    from account_day_ids

    inner join cases
        on
            account_day_ids.source_account_id = cases.account_id
            and cases.opened_on > account_day_ids.snapshot_date - 365
            and cases.opened_on <= account_day_ids.snapshot_date
            and cases.loaded_on <= account_day_ids.loaded_until

),

case_signals as (

    select
        account_id,
        snapshot_date,
        count(*) filter (where is_opened_90d) as cases_opened_90d,
        count(*) filter (where is_opened_90d_before) as cases_opened_90d_before,
        count(*) filter (where is_urgent_and_open) as urgent_cases_open,
        count(known_priority) as prioritised_cases,
        count(*) filter (where is_opened_90d and case_type = 'defect') as defects_90d,
        count(*) filter (where is_opened_90d and case_type is not null)
            as typed_cases_90d,
        count(*) filter (where is_opened_90d and case_type = 'question')
            as question_cases_90d,
        median(case when is_opened_90d then first_response_hours end)
            as median_first_response_hours_90d,
        median(case when is_opened_90d then resolution_hours end)
            as median_resolution_hours_90d

    from cases_of_account_days

    group by all

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- volume: no case is a measured zero, once the whole window is of a customer
        case
            when account_days.tenure_days < 89 then null
            else cast(coalesce(case_signals.cases_opened_90d, 0) as double)
        end as cases_opened_90d,
        case
            when account_days.tenure_days < 89 then null
            else coalesce(case_signals.cases_opened_90d, 0)
                / cast(nullif(account_days.seats, 0) as double)
        end as cases_per_seat_90d,
        case
            when account_days.tenure_days < 179 then null
            else case_signals.cases_opened_90d
                / cast(nullif(case_signals.cases_opened_90d_before, 0) as double) - 1
        end as case_change_90d,
        case
            -- without a single known priority, nobody knows which are urgent
            when case_signals.prioritised_cases = 0 then null
            -- without a single resolution, nobody knows which are still open
            when
                case_signals.urgent_cases_open > 0
                and days_with_resolutions.snapshot_date is null
                then null
            else cast(coalesce(case_signals.urgent_cases_open, 0) as double)
        end as urgent_cases_open,

        -- kind of case
        case_signals.defects_90d
        / cast(nullif(case_signals.typed_cases_90d, 0) as double)
            as defect_share_90d,
        case
            when account_days.tenure_days < 89 then null
            -- without a single known type, nobody knows how many were questions
            when case_signals.cases_opened_90d > 0 and case_signals.typed_cases_90d = 0
                then null
            else cast(coalesce(case_signals.question_cases_90d, 0) as double)
        end as question_cases_90d,

        -- speed: nothing answered or resolved is unknown, so null
        case_signals.median_first_response_hours_90d,
        case_signals.median_resolution_hours_90d

    from account_days

    left join case_signals
        on
            account_days.account_id = case_signals.account_id
            and account_days.snapshot_date = case_signals.snapshot_date

    left join days_with_resolutions
        on account_days.snapshot_date = days_with_resolutions.snapshot_date

)

select * from signals
