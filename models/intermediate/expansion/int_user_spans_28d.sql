-- One row per account per user per span of days, from active_from to before active_to,
-- on each of which the user was active in the 28 days that end with it. Without an id:
-- user unknown.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

user_feature_days as (

    select * from {{ ref('int_user_feature_days') }}

),

bounds as (

    select
        min(snapshot_date) as first_day,
        max(snapshot_date) as last_day

    from account_day_ids

),

user_days as (

    select distinct
        user_feature_days.account_id,
        coalesce(user_feature_days.user_id, 'unknown') as user_id,
        user_feature_days.event_date

    from user_feature_days

    inner join bounds
        on
            user_feature_days.event_date > bounds.first_day - 28
            and user_feature_days.event_date <= bounds.last_day

),

user_days_with_start as (

    select
        *,

        -- after a longer pause, a new span begins
        case
            when
                event_date <= lag(event_date) over (
                    partition by account_id, user_id order by event_date
                ) + 28
                then 0
            else 1
        end as is_start

    from user_days

),

numbered_user_days as (

    select
        *,
        sum(is_start) over (
            partition by account_id, user_id
            order by event_date
            rows between unbounded preceding and current row
        ) as span_number

    from user_days_with_start

),

user_spans as (

    select
        account_id,
        user_id,
        span_number,
        min(event_date) as active_from,
        max(event_date) + 28 as active_to

    from numbered_user_days

    group by all

)

select * from user_spans
