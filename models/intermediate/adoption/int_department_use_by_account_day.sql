-- One row per account per day to score on which a user of a known department had been
-- active in the last 28 days: how many departments were. Which department a user is in
-- is known as of today only.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

account_user_days as (

    select * from {{ ref('int_account_user_days') }}

),

users as (

    select * from {{ ref('stg_usage__users') }}

),

bounds as (

    select min(snapshot_date) - 28 as after_day from account_day_ids

),

department_days as (

    select distinct
        account_user_days.account_id,
        account_user_days.event_date,
        users.department,

        -- what arrived in time for the day of use is known on all later days
        case
            when
                users.loaded_on
                > account_user_days.event_date + {{ var('late_data_days') }}
                then users.loaded_on
            else cast('1900-01-01' as date)
        end as arrived_on

    from account_user_days

    inner join bounds
        on account_user_days.event_date > bounds.after_day

    inner join users
        on account_user_days.user_id = users.user_id

    where users.department is not null

),

days_with_previous as (

    select
        *,
        lag(event_date) over (
            partition by account_id, department, arrived_on order by event_date
        ) as previous_event_date

    from department_days

),

numbered_days as (

    select
        *,
        sum(case when event_date <= previous_event_date + 28 then 0 else 1 end) over (
            partition by account_id, department, arrived_on
            order by event_date
            rows between unbounded preceding and current row
        ) as span_number

    from days_with_previous

),

-- spans of days on each of which the department was active within 28 days
department_spans as (

    select
        account_id,
        department,
        arrived_on,
        span_number,
        min(event_date) as active_from,
        max(event_date) + 28 as active_to

    from numbered_days

    group by account_id, department, arrived_on, span_number

),

department_use as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(distinct department_spans.department) as departments_active_28d

    from account_day_ids

    inner join department_spans
        on
            account_day_ids.source_account_id = department_spans.account_id
            and account_day_ids.snapshot_date >= department_spans.active_from
            and account_day_ids.snapshot_date < department_spans.active_to
            and account_day_ids.loaded_until >= department_spans.arrived_on

    group by account_day_ids.account_id, account_day_ids.snapshot_date

)

select * from department_use
