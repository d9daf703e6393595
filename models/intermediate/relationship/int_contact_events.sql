-- One row per event of a contact: an activity, a survey answer, a rating by one of our
-- teams, or the start of an opportunity that names the contact.

{{ config(materialized='view') }}

with

activity_touches as (

    select
        *,
        known_on = occurred_on as is_in_time

    from {{ ref('int_activity_touches') }}

    where contact_id is not null

),

-- a touch that arrived late was not known as the one before
timed_touches as (

    select
        activity_id,
        lag(occurred_on) over (
            partition by contact_id order by occurred_on, activity_id
        ) as touch_before_on,
        min(occurred_on) over (partition by contact_id) as first_touch_on

    from activity_touches

    where is_touch and is_in_time

),

-- who is named is known with the opportunity, where it is not told when that arrived
named_contacts as (

    select
        opportunities.account_id,
        opportunity_contacts.contact_id,
        opportunities.created_on,
        case
            when opportunity_contacts.loaded_on > opportunities.loaded_on
                then opportunity_contacts.loaded_on
            else opportunities.loaded_on
        end as loaded_on

    from {{ ref('stg_crm__opportunities') }} as opportunities

    inner join {{ ref('stg_crm__opportunity_contacts') }} as opportunity_contacts
        on opportunities.opportunity_id = opportunity_contacts.opportunity_id

),

other_events as (

    select
        account_id,
        contact_id,
        case when survey_type = 'nps' then 'nps_answer' else 'survey_answer' end
            as event_kind,
        score as value,
        responded_on as occurred_on,
        loaded_on

    from {{ ref('stg_survey__responses') }}

    {%- for rating in ['trusted_advisor', 'value_understood'] %}

    union all

    select
        account_id,
        contact_id,
        '{{ rating }}' as event_kind,
        {{ rating }} as value,
        assessed_on as occurred_on,
        loaded_on

    from {{ ref('stg_crm__csm_assessments') }}
    {%- endfor %}

    union all

    select
        named_contacts.account_id,
        named_contacts.contact_id,
        'opportunity' as event_kind,
        cast(null as double) as value,

        -- nobody is named before there is a record of them
        case
            when contacts.created_on > named_contacts.created_on
                then contacts.created_on
            else named_contacts.created_on
        end as occurred_on,
        case
            when contacts.loaded_on > named_contacts.loaded_on then contacts.loaded_on
            else named_contacts.loaded_on
        end as loaded_on

    from named_contacts

    left join {{ ref('stg_crm__contacts') }} as contacts
        on named_contacts.contact_id = contacts.contact_id

),

contact_events as (

    select
        activity_touches.account_id,
        activity_touches.contact_id,
        'activity' as event_kind,
        cast(null as double) as value,
        activity_touches.occurred_on,
        activity_touches.loaded_on,
        activity_touches.is_touch,
        activity_touches.activity_type,
        activity_touches.direction,
        activity_touches.meeting_status,
        activity_touches.is_in_person,
        activity_touches.intimacy,
        activity_touches.owner_id,
        activity_touches.is_sent_email,
        activity_touches.answered_on,
        activity_touches.answer_loaded_on,
        activity_touches.answer_hours,
        timed_touches.touch_before_on,
        timed_touches.first_touch_on

    from activity_touches

    left join timed_touches
        on activity_touches.activity_id = timed_touches.activity_id

    union all

    select
        account_id,
        contact_id,
        event_kind,
        value,
        occurred_on,
        loaded_on,
        cast(null as boolean) as is_touch,
        cast(null as string) as activity_type,
        cast(null as string) as direction,
        cast(null as string) as meeting_status,
        cast(null as boolean) as is_in_person,
        cast(null as double) as intimacy,
        cast(null as string) as owner_id,
        cast(null as boolean) as is_sent_email,
        cast(null as date) as answered_on,
        cast(null as date) as answer_loaded_on,
        cast(null as double) as answer_hours,
        cast(null as date) as touch_before_on,
        cast(null as date) as first_touch_on

    from other_events

    where contact_id is not null

)

select * from contact_events
