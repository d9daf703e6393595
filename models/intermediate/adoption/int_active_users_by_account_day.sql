-- One row per account per day to score on which a known user was active in the last 28
-- days: how many they are, how often they came, and how much of the use is the most
-- active one's.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

account_user_days as (

    select * from {{ ref('int_account_user_days') }}

),

days as (

    select distinct snapshot_date from account_day_ids

),

users_28d as (

    -- by day first: all days of an account against all of its users is much slower
    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        account_user_days.user_id,
        count(*) as active_days,
        sum(account_user_days.uses) as uses

    from account_user_days

    inner join days
        on
            account_user_days.event_date > days.snapshot_date - 28
            and account_user_days.event_date <= days.snapshot_date

    inner join account_day_ids
        on
            account_user_days.account_id = account_day_ids.source_account_id
            and days.snapshot_date = account_day_ids.snapshot_date

    group by
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        account_user_days.user_id

),

active_users as (

    select
        account_id,
        snapshot_date,
        count(*) as active_users_28d,
        sum(active_days) as user_days_28d,
        sum(uses) as uses_28d,
        max(uses) as top_user_uses_28d

    from users_28d

    group by account_id, snapshot_date

)

select * from active_users
