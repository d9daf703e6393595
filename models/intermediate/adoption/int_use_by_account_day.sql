-- One row per account per day to score that used anything in the last 365 days: when
-- last, on how many of the last 7 and 28 days and of the 28 before, how often and how
-- deep it went, how much of it failed, and the time that it saved in 90 days.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

account_use_days as (

    select * from {{ ref('int_account_use_days') }}

),

account_ids as (

    select distinct
        account_id,
        ids_since,
        source_account_id

    from account_day_ids

),

use_days as (

    -- two ids of a merged account may have been used on one day
    select
        account_ids.account_id,
        account_ids.ids_since,
        account_use_days.event_date,
        sum(account_use_days.quantity) as quantity,
        sum(account_use_days.core_quantity) as core_quantity,
        sum(account_use_days.quantity_with_outcome) as quantity_with_outcome,
        sum(account_use_days.failed_quantity) as failed_quantity,
        sum(account_use_days.minutes_saved) as minutes_saved,
        sum(account_use_days.core_uses) as core_uses,
        sum(account_use_days.minutes) as minutes,
        max(case when account_use_days.is_feature_known then 1 end) as is_known

    from account_ids

    inner join account_use_days
        on account_ids.source_account_id = account_use_days.account_id

    group by
        account_ids.account_id,
        account_ids.ids_since,
        account_use_days.event_date

),

-- days to score among the days with use: one pass in order of time sees all windows
days as (

    select
        account_id,
        ids_since,
        event_date as day,
        false as is_to_score,
        event_date,
        quantity,
        core_quantity,
        quantity_with_outcome,
        failed_quantity,
        minutes_saved,
        core_uses,
        minutes,
        is_known

    from use_days

    union all

    select distinct
        account_id,
        ids_since,
        snapshot_date as day,
        true as is_to_score,
        cast(null as date) as event_date,
        cast(null as double) as quantity,
        cast(null as double) as core_quantity,
        cast(null as double) as quantity_with_outcome,
        cast(null as double) as failed_quantity,
        cast(null as double) as minutes_saved,
        cast(null as double) as core_uses,
        cast(null as double) as minutes,
        cast(null as int) as is_known

    from account_day_ids

),

numbered_days as (

    select
        *,
        cast(day - cast('1970-01-01' as date) as int) as day_number

    from days

),

windows as (

    select
        account_id,
        day as snapshot_date,
        is_to_score,
        max(event_date) over last_365d as last_use_on,
        count(event_date) over last_7d as use_days_7d,
        count(event_date) over last_28d as use_days_28d,
        count(event_date) over earlier_28d as use_days_28d_before,
        sum(core_uses) over last_28d as core_uses_28d,
        sum(minutes) over last_28d as minutes_28d,
        sum(core_quantity) over last_28d as core_quantity_28d,
        sum(quantity) over last_90d as quantity_90d,
        sum(quantity_with_outcome) over last_28d as quantity_with_outcome_28d,
        sum(failed_quantity) over last_28d as failed_quantity_28d,
        sum(minutes_saved) over last_90d as minutes_saved_90d,
        count(is_known) over last_28d as known_days_28d,
        count(is_known) over earlier_28d as known_days_28d_before,
        count(event_date) over last_90d as use_days_90d,
        count(is_known) over last_90d as known_days_90d

    from numbered_days

    window
        last_7d as (
            partition by account_id, ids_since
            order by day_number
            range between 6 preceding and current row
        ),
        last_28d as (
            partition by account_id, ids_since
            order by day_number
            range between 27 preceding and current row
        ),
        earlier_28d as (
            partition by account_id, ids_since
            order by day_number
            range between 55 preceding and 28 preceding
        ),
        last_90d as (
            partition by account_id, ids_since
            order by day_number
            range between 89 preceding and current row
        ),
        last_365d as (
            partition by account_id, ids_since
            order by day_number
            range between 364 preceding and current row
        )

),

use_by_account_day as (

    select
        account_id,
        snapshot_date,
        last_use_on,
        use_days_7d,
        use_days_28d,
        use_days_28d_before,
        core_uses_28d,
        minutes_28d,
        core_quantity_28d,
        quantity_90d,
        quantity_with_outcome_28d,
        failed_quantity_28d,
        minutes_saved_90d,

        -- there was use, but nobody knows of what
        use_days_28d > 0 and known_days_28d = 0 as is_unknown_use_28d,
        use_days_28d_before > 0 and known_days_28d_before = 0
            as is_unknown_use_28d_before,
        use_days_90d > 0 and known_days_90d = 0 as is_unknown_use_90d

    from windows

    where
        is_to_score
        and last_use_on is not null

)

select * from use_by_account_day
