-- One row per account per day to score with an activity in the last 365 days: touches,
-- meetings and e-mails in all windows, from what was known by the end of that day.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

activity_touches as (

    select * from {{ ref('int_activity_touches') }}

),

activities_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        activity_touches.contact_id,
        activity_touches.owner_id,
        activity_touches.activity_type,
        activity_touches.direction,
        activity_touches.meeting_status,
        activity_touches.intimacy,
        activity_touches.is_sent_email,
        activity_touches.seniority_rank,
        activity_touches.occurred_on,
        activity_touches.is_touch,

        -- in which window it took place
        activity_touches.occurred_on > account_day_ids.snapshot_date - 90 as is_in_90d,
        activity_touches.occurred_on > account_day_ids.snapshot_date - 180
            as is_in_180d,

        -- 0 for the last 30 days, 1 for the 30 before
        floor(
            cast(account_day_ids.snapshot_date - activity_touches.occurred_on as int)
            / 30
        ) as month_back,

        -- who leaves after the snapshot is still there in it
        coalesce(
            activity_touches.contact_left_on <= account_day_ids.snapshot_date
            and activity_touches.contact_loaded_on <= account_day_ids.loaded_until,
            false
        ) as contact_has_left,

        -- what is answered after the snapshot is unanswered in it
        case
            when
                activity_touches.answered_on <= account_day_ids.snapshot_date
                and activity_touches.answer_loaded_on <= account_day_ids.loaded_until
                then activity_touches.answer_hours
        end as answer_hours

    from account_day_ids

    inner join activity_touches
        on
            account_day_ids.source_account_id = activity_touches.account_id
            and activity_touches.occurred_on > account_day_ids.snapshot_date - 365
            and activity_touches.occurred_on <= account_day_ids.snapshot_date
            and activity_touches.loaded_on <= account_day_ids.loaded_until

),

counts as (

    select
        account_id,
        snapshot_date,
        max(case when is_touch then occurred_on end) as last_touch_on,
        max(case when is_touch and activity_type = 'qbr' then occurred_on end)
            as last_qbr_on,

        -- touches by spells of 30 days, and what may have been one
        {%- for month in range(12) %}
        count(case when is_touch and month_back = {{ month }} then 1 end)
            as touches_month_{{ month }},
        {%- endfor %}
        count(case when is_touch is null then 1 end) as unclear_365d,
        count(case when is_touch is null and is_in_180d then 1 end) as unclear_180d,
        count(case when is_touch is null and is_in_90d then 1 end) as unclear_90d,
        count(
            case
                when
                    is_touch is null
                    and coalesce(activity_type, 'qbr') not in (
                        'meeting', 'call', 'email'
                    )
                    then 1
            end
        ) as unclear_qbrs_365d,

        -- with contacts who are still there, named or not
        count(case when is_in_90d and is_touch and not contact_has_left then 1 end)
            as present_touches_90d,
        {%- for days in [90, 180] %}
        count(
            case
                when
                    is_in_{{ days }}d
                    and coalesce(is_touch, true)
                    and not contact_has_left
                    then 1
            end
        ) as possible_touches_{{ days }}d,
        {%- endfor %}

        -- our people
        count(distinct case when is_in_90d and is_touch then owner_id end)
            as owners_90d,

        -- meetings
        count(case when is_in_180d and meeting_status = 'held' then 1 end)
            as meetings_held_180d,
        count(case when is_in_180d then meeting_status end) as meetings_planned_180d,
        count(case when is_in_90d and meeting_status <> 'held' then 1 end)
            as missed_meetings_90d,
        count(
            case
                when
                    is_in_90d
                    and activity_type in ('meeting', 'qbr')
                    and meeting_status is null
                    then 1
            end
        ) as unclear_meetings_90d,

        -- nearness: who begins, how senior, how close
        count(case when is_in_90d and direction = 'inbound' then 1 end) as inbound_90d,
        count(case when is_in_90d then direction end) as directed_90d,
        count(case when is_in_180d and is_touch and seniority_rank >= 3 then 1 end)
            as senior_touches_180d,
        count(case when is_in_180d and is_touch then seniority_rank end)
            as ranked_touches_180d,
        avg(case when is_in_180d and is_touch then intimacy end)
            as intimacy_index_180d,

        -- answers to our e-mails
        count(case when is_in_90d and is_sent_email then 1 end) as emails_sent_90d,
        count(case when is_in_90d then answer_hours end) as emails_answered_90d,
        median(case when is_in_90d then answer_hours end) as customer_reply_hours_90d

    from activities_of_account_days

    group by account_id, snapshot_date

),

{%- set half_year = range(6) %}
{%- set months_before = range(1, 12) %}

touches_by_account_day as (

    select
        *,

        -- sums over spells, and sums of squares for how much they vary
        touches_month_0 + touches_month_1 + touches_month_2 as touches_90d,
        touches_month_3 + touches_month_4 + touches_month_5 as touches_90d_before,
        {%- for sums, months in [
            ('180d', half_year), ('330d_before', months_before)
        ] %}
        {%- for month in months %}
        {{ '+ ' if not loop.first }}touches_month_{{ month }}
        {%- endfor %}
            as touches_{{ sums }},
        {%- for month in months %}
        {{ '+ ' if not loop.first }}power(touches_month_{{ month }}, 2)
        {%- endfor %}
            as squared_touches_{{ sums }},
        {%- endfor %}
        {%- for month in half_year %}
        {{ '+ ' if not loop.first -}}
        case when touches_month_{{ month }} > 0 then 1 else 0 end
        {%- endfor %}
            as months_met_180d

    from counts

)

select * from touches_by_account_day
