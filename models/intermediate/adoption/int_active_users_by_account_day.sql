-- One row per account per day to score on which a known user had been active in the
-- last 56 days: how many were in the last 28 of them and in the last 7, how often they
-- came, how many came so often that they are power users, how much of the use is the
-- most active one's; and how many were in the 28 days before.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

account_user_days as (

    select * from {{ ref('int_account_user_days') }}

),

thresholds as (

    select
        max(case when threshold = 'power_user_days_28d' then value end)
            as power_user_days_28d

    from {{ ref('thresholds') }}

),

-- the days to score, and those 28 days before them
bounds as (

    select
        min(snapshot_date) as first_day,
        max(snapshot_date) as last_day

    from account_day_ids

    union all

    select
        min(snapshot_date) - 28 as first_day,
        least(max(snapshot_date) - 28, min(snapshot_date) - 1) as last_day

    from account_day_ids

),

account_ids as (

    select
        account_id,
        ids_since,
        source_account_id,
        dense_rank() over (order by account_id, ids_since) as account_number

    from account_day_ids

    group by account_id, ids_since, source_account_id

),

account_users as (

    select distinct
        account_id,
        user_id

    from account_user_days

),

-- one who used two ids of a merged account is one user; numbers sort faster than texts
numbered_users as (

    select
        account_ids.account_number,
        account_users.account_id,
        account_users.user_id,
        dense_rank() over (
            order by account_ids.account_number, account_users.user_id
        ) as user_number

    from account_ids

    inner join account_users
        on account_ids.source_account_id = account_users.account_id

),

user_days as (

    select
        numbered_users.account_number,
        numbered_users.user_number,
        account_user_days.event_date,
        account_user_days.uses

    from account_user_days

    inner join numbered_users
        on
            account_user_days.account_id = numbered_users.account_id
            and account_user_days.user_id = numbered_users.user_id

),

-- a day of use comes into the windows, and leaves them 7 and 28 days later
changes as (

    select
        account_number,
        user_number,
        event_date as day,
        uses,
        1 as active_days,
        1 as week_days

    from user_days

    union all

    select
        account_number,
        user_number,
        event_date + 7 as day,
        cast(0 as double) as uses,
        0 as active_days,
        -1 as week_days

    from user_days

    union all

    select
        account_number,
        user_number,
        event_date + 28 as day,
        -uses as uses,
        -1 as active_days,
        0 as week_days

    from user_days

),

windows as (

    select
        account_number,
        day as first_day,
        lead(day, 1, day) over (partition by user_number order by day) - 1 as last_day,
        {{ rounded('sum(uses) over (partition by user_number order by day)', 6) }}
            as uses,
        sum(active_days) over (partition by user_number order by day) as active_days,
        sum(week_days) over (partition by user_number order by day) as week_days

    from changes

),

-- spans of days on which the user's windows hold the same use
active_spans as (

    select
        windows.account_number,
        windows.uses,
        windows.active_days,
        windows.week_days,
        greatest(windows.first_day, bounds.first_day) as first_day,
        least(windows.last_day, bounds.last_day) as last_day

    from windows

    inner join bounds
        on
            windows.first_day <= bounds.last_day
            and windows.last_day >= bounds.first_day

    where
        windows.active_days > 0
        and windows.first_day <= windows.last_day

),

active_user_days as (

    select
        account_number,
        uses,
        active_days,
        week_days,
        {{ days_between('first_day', 'last_day') }} as day

    from active_spans

),

active_users as (

    select
        active_user_days.account_number,
        active_user_days.day,
        count(*) as active_users_28d,
        count(case when active_user_days.week_days > 0 then 1 end) as active_users_7d,
        count(
            case
                when active_user_days.active_days >= thresholds.power_user_days_28d
                    then 1
            end
        ) as power_users_28d,
        sum(active_user_days.active_days) as user_days_28d,
        sum(active_user_days.uses) as uses_28d,
        max(active_user_days.uses) as top_user_uses_28d

    from active_user_days

    cross join thresholds

    group by active_user_days.account_number, active_user_days.day

),

account_days as (

    select distinct
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        account_ids.account_number

    from account_day_ids

    inner join account_ids
        on
            account_day_ids.account_id = account_ids.account_id
            and account_day_ids.ids_since = account_ids.ids_since

),

active_users_by_account_day as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        active_users.active_users_28d,
        active_users.active_users_7d,
        active_users.power_users_28d,
        active_users.user_days_28d,
        active_users.uses_28d,
        active_users.top_user_uses_28d,
        earlier_users.active_users_28d as active_users_28d_before

    from account_days

    left join active_users
        on
            account_days.account_number = active_users.account_number
            and account_days.snapshot_date = active_users.day

    left join active_users as earlier_users
        on
            account_days.account_number = earlier_users.account_number
            and account_days.snapshot_date - 28 = earlier_users.day

)

select * from active_users_by_account_day

where
    active_users_28d is not null
    or active_users_28d_before is not null
