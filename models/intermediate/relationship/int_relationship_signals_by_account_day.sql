-- One row per account per day to score: relationship signals, from what was known
-- by the end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

activity_touches as (

    select * from {{ ref('int_activity_touches') }}

    where coalesce(is_touch, true) or meeting_status is not null

),

touch_days as (

    select
        occurred_on,
        min(loaded_on) as loaded_on

    from activity_touches

    where is_touch

    group by occurred_on

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

-- with touches of any account from 365 days before, silence since then is known
days_with_old_touches as (

    select distinct days_to_score.snapshot_date

    from days_to_score

    inner join touch_days
        on
            days_to_score.snapshot_date - 365 >= touch_days.occurred_on
            and days_to_score.loaded_until >= touch_days.loaded_on

),

activities_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        activity_touches.contact_id,
        activity_touches.occurred_on,
        activity_touches.is_touch,

        -- in which window it took place
        activity_touches.occurred_on > account_day_ids.snapshot_date - 90 as is_in_90d,
        case
            when activity_touches.occurred_on > account_day_ids.snapshot_date - 180
                then activity_touches.meeting_status
        end as meeting_status_180d,

        -- who leaves after the snapshot is still there in it
        coalesce(
            activity_touches.contact_left_on <= account_day_ids.snapshot_date
            and activity_touches.contact_loaded_on <= account_day_ids.loaded_until,
            false
        ) as contact_has_left

    from account_day_ids

    inner join activity_touches
        on
            account_day_ids.source_account_id = activity_touches.account_id
            and activity_touches.occurred_on > account_day_ids.snapshot_date - 365
            and activity_touches.occurred_on <= account_day_ids.snapshot_date
            and activity_touches.loaded_on <= account_day_ids.loaded_until

),

activity_counts as (

    select
        account_id,
        snapshot_date,
        max(case when is_touch then occurred_on end) as last_touch_on,
        count(*) filter (where is_touch is null) as unclear_365d,

        -- touches, and what may have been one
        count(*) filter (where is_in_90d and is_touch) as touches_90d,
        count(*) filter (where is_in_90d and is_touch is null) as unclear_90d,

        -- the same with contacts who are still there, named or not
        count(*) filter (where is_in_90d and is_touch and not contact_has_left)
            as present_touches_90d,
        count(*) filter (
            where is_in_90d and coalesce(is_touch, true) and not contact_has_left
        ) as possible_touches_90d,
        count(
            distinct case
                when is_in_90d and is_touch and not contact_has_left then contact_id
            end
        ) as named_contacts_90d,

        -- meetings
        count(*) filter (where meeting_status_180d = 'held') as meetings_held_180d,
        count(meeting_status_180d) as meetings_planned_180d

    from activities_of_account_days

    group by all

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- touches: none is a measured zero, unless there may have been some, once the
        -- whole window is of a customer
        case
            when activity_counts.last_touch_on is not null
                then cast(
                    cast(
                        account_days.snapshot_date - activity_counts.last_touch_on
                        as int
                    ) as double
                )
            when
                account_days.tenure_days >= 365
                and days_with_old_touches.snapshot_date is not null
                and coalesce(activity_counts.unclear_365d, 0) = 0
                then cast(365 as double)
        end as days_since_last_touch,
        case
            when account_days.tenure_days < 89 then null
            when activity_counts.touches_90d = 0 and activity_counts.unclear_90d > 0
                then null
            else cast(coalesce(activity_counts.touches_90d, 0) as double)
        end as touches_90d,

        -- contacts: when nobody who was met has a name, their number is unknown
        case
            when account_days.tenure_days < 89 then null
            when
                activity_counts.named_contacts_90d = 0
                and activity_counts.possible_touches_90d > 0
                then null
            else cast(coalesce(activity_counts.named_contacts_90d, 0) as double)
        end as active_contacts_90d,
        case
            when account_days.tenure_days < 89 then null
            when activity_counts.named_contacts_90d = 1 then cast(1 as double)
            when
                activity_counts.named_contacts_90d = 0
                and activity_counts.possible_touches_90d > 0
                then null
            else cast(0 as double)
        end as single_threaded_90d,
        case
            when account_days.tenure_days < 89 then null
            when activity_counts.present_touches_90d > 0 then cast(0 as double)
            when activity_counts.possible_touches_90d > 0 then null
            else cast(1 as double)
        end as lonely_client_90d,

        -- meetings: none planned is unknown, so null
        activity_counts.meetings_held_180d
        / cast(nullif(activity_counts.meetings_planned_180d, 0) as double)
            as meeting_attendance_share_180d,

        cast(account_days.tenure_days as double) as relationship_length_days

    from account_days

    left join activity_counts
        on
            account_days.account_id = activity_counts.account_id
            and account_days.snapshot_date = activity_counts.snapshot_date

    left join days_with_old_touches
        on account_days.snapshot_date = days_with_old_touches.snapshot_date

)

select * from signals
