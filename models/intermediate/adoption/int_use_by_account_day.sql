-- One row per account per day to score that used anything in the last 365 days: when
-- last, on how many of the last 28 days, how much of it failed, and the time that it
-- saved in 90 days.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

account_use_days as (

    select * from {{ ref('int_account_use_days') }}

),

use_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        account_use_days.event_date,
        account_use_days.is_feature_known,
        account_use_days.quantity_with_outcome,
        account_use_days.failed_quantity,
        account_use_days.minutes_saved,
        account_use_days.event_date > account_day_ids.snapshot_date - 28 as is_28d,
        account_use_days.event_date > account_day_ids.snapshot_date - 90 as is_90d

    from account_day_ids

    inner join account_use_days
        on
            account_day_ids.source_account_id = account_use_days.account_id
            and account_use_days.event_date > account_day_ids.snapshot_date - 365
            and account_use_days.event_date <= account_day_ids.snapshot_date
            -- of the days before the windows, only the last one matters
            and (
                account_use_days.event_date > account_day_ids.snapshot_date - 90
                or account_day_ids.snapshot_date < account_use_days.next_event_date
            )

),

use_by_account_day as (

    select
        account_id,
        snapshot_date,
        max(event_date) as last_use_on,

        -- two ids of a merged account may have been used on one day
        count(distinct case when is_28d then event_date end) as use_days_28d,
        sum(case when is_28d then quantity_with_outcome end)
            as quantity_with_outcome_28d,
        sum(case when is_28d then failed_quantity end) as failed_quantity_28d,
        sum(case when is_90d then minutes_saved end) as minutes_saved_90d,

        -- there was use, but nobody knows of what
        count(*) filter (where is_28d) > 0
        and count(*) filter (where is_28d and is_feature_known) = 0
            as is_unknown_use_28d,
        count(*) filter (where is_90d) > 0
        and count(*) filter (where is_90d and is_feature_known) = 0
            as is_unknown_use_90d

    from use_of_account_days

    group by account_id, snapshot_date

)

select * from use_by_account_day
