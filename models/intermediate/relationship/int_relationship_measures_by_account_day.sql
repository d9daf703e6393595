-- One row per account per day to score: what the relationship signals are made of, zero
-- where nothing was recorded, and whether silence and leaving are known.

{{ config(materialized='view') }}

{%- set touch_counts = [
    'touches_month_0', 'touches_90d', 'touches_90d_before', 'touches_180d',
    'squared_touches_180d', 'touches_330d_before', 'squared_touches_330d_before',
    'months_met_180d', 'unclear_90d', 'unclear_180d', 'unclear_365d',
    'unclear_qbrs_365d', 'present_touches_90d', 'possible_touches_90d',
    'possible_touches_180d', 'owners_90d', 'missed_meetings_90d',
    'unclear_meetings_90d',
] %}
{%- set tie_counts = [
    'named_contacts_90d', 'named_contacts_180d', 'multithread_contacts_180d',
    'new_contacts_active_90d', 'known_personas_180d', 'key_personas_180d',
    'economic_buyers_180d', 'influencers_180d', 'champions_60d', 'known_ranks_90d',
    'executives_90d', 'capital_sum', 'engagement_sum', 'influence_sum', 'trust_sum',
] %}

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

touches as (

    select * from {{ ref('int_touches_by_account_day') }}

),

ties as (

    select * from {{ ref('int_ties_by_account_day') }}

),

stakeholders as (

    select * from {{ ref('int_stakeholders_by_account_day') }}

),

open_opportunities as (

    select * from {{ ref('int_open_opportunities_by_account_day') }}

),

touch_days as (

    select
        occurred_on,
        min(loaded_on) as loaded_on,
        min(case when activity_type = 'qbr' then loaded_on end) as qbr_loaded_on

    from {{ ref('int_activity_touches') }}

    where is_touch

    group by occurred_on

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_days

),

-- with touches of any account from 365 days before, silence since then is known
days_with_old_touches as (

    select
        days_to_score.snapshot_date,
        count(
            case when days_to_score.loaded_until >= touch_days.qbr_loaded_on then 1 end
        ) > 0 as has_old_qbrs

    from days_to_score

    inner join touch_days
        on
            days_to_score.snapshot_date - 365 >= touch_days.occurred_on
            and days_to_score.loaded_until >= touch_days.loaded_on

    group by days_to_score.snapshot_date

),

key_personas as (

    select count(*) as key_personas from {{ ref('personas') }}

    where is_key = 1

),

-- what nobody records of any contact is unknown of all
recorded_roles as (

    select
        count(*) > 0 as has_contacts,
        count(persona) > 0 as has_personas,
        count(is_executive) > 0 as has_ranks

    from {{ ref('int_contact_roles') }}

),

measured as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        account_days.tenure_days,
        key_personas.key_personas,
        recorded_roles.has_contacts,
        recorded_roles.has_personas,
        recorded_roles.has_ranks,
        days_with_old_touches.snapshot_date is not null as has_old_touches,
        coalesce(days_with_old_touches.has_old_qbrs, false) as has_old_qbrs,
        cast(account_days.snapshot_date - touches.last_touch_on as int) as touch_age,
        cast(account_days.snapshot_date - touches.last_qbr_on as int) as qbr_age,

        -- nothing recorded is a measured zero
        {%- for count in touch_counts %}
        coalesce(touches.{{ count }}, 0) as {{ count }},
        {%- endfor %}
        {%- for count in tie_counts %}
        coalesce(ties.{{ count }}, 0) as {{ count }},
        {%- endfor %}

        -- of nothing, shares and means are unknown
        touches.meetings_held_180d
        / cast(nullif(touches.meetings_planned_180d, 0) as double)
            as meeting_attendance_share_180d,
        touches.inbound_90d / cast(nullif(touches.directed_90d, 0) as double)
            as inbound_share_90d,
        touches.senior_touches_180d
        / cast(nullif(touches.ranked_touches_180d, 0) as double)
            as senior_touch_share_180d,
        touches.intimacy_index_180d,
        touches.emails_answered_90d
        / cast(nullif(touches.emails_sent_90d, 0) as double) as email_reply_share_90d,
        touches.customer_reply_hours_90d,

        -- people who come and go
        stakeholders.champions,
        stakeholders.champions_left_90d,
        stakeholders.admins,
        stakeholders.admins_left_28d,
        stakeholders.csm_changes_365d,
        stakeholders.is_departure_recorded,
        stakeholders.is_deactivation_recorded,
        stakeholders.is_owner_change_recorded,
        open_opportunities.listed_opportunities,
        open_opportunities.single_threaded_opportunities,
        open_opportunities.is_closing_recorded

    from account_days

    cross join key_personas

    cross join recorded_roles

    {%- for measures in ['touches', 'ties', 'stakeholders', 'open_opportunities'] %}

    left join {{ measures }}
        on
            account_days.account_id = {{ measures }}.account_id
            and account_days.snapshot_date = {{ measures }}.snapshot_date
    {%- endfor %}

    left join days_with_old_touches
        on account_days.snapshot_date = days_with_old_touches.snapshot_date

)

select * from measured
