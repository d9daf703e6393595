-- One row per account per day to score for which a known user was active in the 28 days
-- before the last 28: how many there were.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

account_user_days as (

    select * from {{ ref('int_account_user_days') }}

),

days_with_previous as (

    select
        account_id,
        user_id,
        event_date,
        lag(event_date) over (
            partition by account_id, user_id order by event_date
        ) as previous_event_date

    from account_user_days

),

numbered_days as (

    select
        *,
        sum(case when event_date <= previous_event_date + 28 then 0 else 1 end) over (
            partition by account_id, user_id
            order by event_date
            rows between unbounded preceding and current row
        ) as span_number

    from days_with_previous

),

-- on each day from active_from to before active_to the user had been active within
-- 28 days: few spans instead of many days
user_spans as (

    select
        account_id,
        user_id,
        span_number,
        min(event_date) as active_from,
        max(event_date) + 28 as active_to

    from numbered_days

    group by account_id, user_id, span_number

),

earlier_users as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(distinct user_spans.user_id) as active_users_28d_before

    from account_day_ids

    inner join user_spans
        on
            account_day_ids.source_account_id = user_spans.account_id
            and account_day_ids.snapshot_date - 28 >= user_spans.active_from
            and account_day_ids.snapshot_date - 28 < user_spans.active_to

    group by account_day_ids.account_id, account_day_ids.snapshot_date

)

select * from earlier_users
