-- One row per account per day to score per contact of whom something happened in the
-- last 180 days: attributes of the relationship, as seeds/relationship_attributes.csv
-- describes them, from what was known by the end of that day.

{{ config(materialized='view') }}

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

contact_events as (

    select * from {{ ref('int_contact_events') }}

),

events_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        account_day_ids.loaded_until,
        contact_events.contact_id,
        contact_events.event_kind,
        contact_events.value,
        contact_events.occurred_on,
        contact_events.is_touch,
        contact_events.activity_type,
        contact_events.direction,
        contact_events.meeting_status,
        contact_events.is_in_person,
        contact_events.intimacy,
        contact_events.is_sent_email,
        contact_events.first_touch_on,
        case when contact_events.is_touch then contact_events.owner_id end as owner_id,
        case
            when contact_events.activity_type <> 'email' then contact_events.is_touch
        end as is_conversation,

        -- one of six spells of 30 days, as a bit
        case
            when contact_events.is_touch
                then cast(
                    power(
                        2,
                        floor(
                            cast(
                                account_day_ids.snapshot_date
                                - contact_events.occurred_on as int
                            )
                            / 30
                        )
                    ) as int
                )
        end as spell_bit,

        -- between two touches in the window
        case
            when contact_events.touch_before_on > account_day_ids.snapshot_date - 180
                then cast(
                    contact_events.occurred_on - contact_events.touch_before_on as int
                )
        end as gap_days,

        -- what is answered after the snapshot is unanswered in it
        case
            when
                contact_events.answered_on <= account_day_ids.snapshot_date
                and contact_events.answer_loaded_on <= account_day_ids.loaded_until
                then contact_events.answer_hours
        end as answer_hours

    from account_day_ids

    inner join contact_events
        on
            account_day_ids.source_account_id = contact_events.account_id
            and contact_events.occurred_on > account_day_ids.snapshot_date - 180
            and contact_events.occurred_on <= account_day_ids.snapshot_date
            and contact_events.loaded_on <= account_day_ids.loaded_until

),

contact_ties as (

    select
        account_id,
        snapshot_date,
        loaded_until,
        contact_id,
        max(case when is_touch then occurred_on end) as last_touch_on,
        count(case when is_touch then 1 end) as touches,

        -- how often, and how evenly: without a touch it is at least the window
        coalesce(
            cast(snapshot_date - max(case when is_touch then occurred_on end) as int),
            180
        ) as days_since_touch,
        coalesce(
            cast(
                snapshot_date
                - max(case when is_conversation then occurred_on end) as int
            ),
            180
        ) as days_since_conversation,
        {%- for activity_type in ['meeting', 'call', 'email', 'qbr'] %}
        count(case when is_touch and activity_type = '{{ activity_type }}' then 1 end)
            as {{ activity_type }}s,
        {%- endfor %}
        coalesce(bit_count(bit_or(spell_bit)), 0) / 6 as cadence_share,
        case
            when count(gap_days) >= 2
                then stddev_samp(gap_days) / nullif(avg(gap_days), 0)
        end as gap_variation,
        cast(snapshot_date - min(first_touch_on) as int) as tie_days,

        -- give and take
        count(case when direction = 'inbound' then 1 end)
        / cast(nullif(count(direction), 0) as double) as inbound_share,
        avg(answer_hours) as reply_hours,
        count(answer_hours)
        / cast(nullif(count(case when is_sent_email then 1 end), 0) as double)
            as emails_answered_share,
        count(case when meeting_status = 'held' then 1 end)
        / cast(nullif(count(meeting_status), 0) as double) as attendance_share,

        -- of our people: one, or several
        case
            when min(owner_id) = max(owner_id) then 1
            when min(owner_id) < max(owner_id) then 2
        end as own_staff,

        -- closeness and trust
        avg(case when is_conversation then intimacy end) as intimacy,
        count(case when meeting_status = 'held' and is_in_person then 1 end)
            as in_person_meetings,
        count(case when event_kind in ('nps_answer', 'survey_answer') then 1 end)
            as survey_answers,
        avg(case when event_kind = 'nps_answer' then value end) as nps_given,
        {%- for rating in ['trusted_advisor', 'value_understood'] %}
        avg(case when event_kind = '{{ rating }}' then value end) as {{ rating }},
        {%- endfor %}
        count(case when event_kind = 'opportunity' then 1 end) as opportunities

    from events_of_account_days

    group by account_id, snapshot_date, loaded_until, contact_id

)

select * from contact_ties
