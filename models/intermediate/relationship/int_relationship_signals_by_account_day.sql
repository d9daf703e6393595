-- One row per account per day to score: relationship signals, from what was known
-- by the end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

measures as (

    select * from {{ ref('int_relationship_measures_by_account_day') }}

),

signals as (

    select
        account_id,
        snapshot_date,

        -- silence: none within a year is known of a customer of a year, where nothing
        -- may have been one
        {%- for signal, age, unclear, has_old in [
            ('days_since_last_touch', 'touch_age', 'unclear_365d', 'has_old_touches'),
            ('days_since_qbr', 'qbr_age', 'unclear_qbrs_365d', 'has_old_qbrs'),
        ] %}
        case
            when {{ age }} is not null then cast({{ age }} as double)
            when tenure_days >= 365 and {{ has_old }} and {{ unclear }} = 0
                then cast(365 as double)
        end as {{ signal }},
        {%- endfor %}

        -- touches: unknown while the window is not all of a customer, or when there is
        -- none but may have been some
        {%- for signal, days, value in [
            ('touches_90d', 90, 'touches_90d'),
            ('cadence_adherence_share_180d', 180, 'months_met_180d / 6'),
        ] %}
        case
            when tenure_days < {{ days - 1 }} then null
            when touches_{{ days }}d = 0 and unclear_{{ days }}d > 0 then null
            else cast({{ value }} as double)
        end as {{ signal }},
        {%- endfor %}
        case
            when tenure_days < 179 then null
            when touches_90d = 0 and unclear_90d > 0 then null
            else touches_90d / cast(nullif(touches_90d_before, 0) as double) - 1
        end as touch_change_90d,
        case
            when tenure_days < 364 then null
            when touches_month_0 = 0 and unclear_90d > 0 then null
            else (touches_month_0 - touches_330d_before / 11)
                / nullif(
                    sqrt(
                        (
                            11 * squared_touches_330d_before
                            - touches_330d_before * touches_330d_before
                        )
                        / 110
                    ),
                    0
                )
        end as touch_z_score_365d,
        case
            when tenure_days < 179 then null
            when touches_180d >= 3
                then sqrt(6 * squared_touches_180d - touches_180d * touches_180d)
                / cast(touches_180d as double)
        end as cadence_variability_180d,
        case
            when tenure_days < 89 then null
            when owners_90d = 0 and (touches_90d > 0 or unclear_90d > 0) then null
            else cast(owners_90d as double)
        end as internal_contacts_90d,
        case
            when tenure_days < 89 then null
            when missed_meetings_90d = 0 and unclear_meetings_90d > 0 then null
            else cast(missed_meetings_90d as double)
        end as missed_meetings_90d,

        -- contacts: unknown when somebody was met, and nobody of whom it is known who
        {%- for signal, days, known, value in [
            ('active_contacts_90d', 90, 'named_contacts_90d', 'named_contacts_90d'),
            ('single_threaded_90d', 90, 'named_contacts_90d',
                'case when named_contacts_90d = 1 then 1 else 0 end'),
            ('multithread_contacts_180d', 180, 'named_contacts_180d',
                'multithread_contacts_180d'),
            ('new_contacts_active_90d', 90, 'named_contacts_90d',
                'case when has_contacts then new_contacts_active_90d end'),
            ('relationship_capital_180d', 180, 'named_contacts_180d',
                '100 * (1 - exp(-capital_sum / 100))'),
            ('relationship_engagement_180d', 180, 'named_contacts_180d',
                '100 * (1 - exp(-engagement_sum / 100))'),
            ('relationship_influence_180d', 180, 'named_contacts_180d',
                '100 * (1 - exp(-influence_sum / 100))'),
            ('relationship_trust_180d', 180, 'named_contacts_180d',
                '100 * (1 - exp(-trust_sum / 100))'),
            ('persona_coverage_share_180d', 180, 'known_personas_180d',
                'case when has_personas then'
                ~ ' key_personas_180d / cast(nullif(key_personas, 0) as double) end'),
            ('economic_buyer_reached_180d', 180, 'known_personas_180d',
                'case when economic_buyers_180d > 0 then 1 when has_personas then 0'
                ~ ' end'),
            ('influencers_active_180d', 180, 'known_personas_180d',
                'case when has_personas then influencers_180d end'),
            ('executive_engaged_90d', 90, 'known_ranks_90d',
                'case when executives_90d > 0 then 1 when has_ranks then 0 end'),
        ] %}
        case
            when tenure_days < {{ days - 1 }} then null
            when {{ known }} = 0 and possible_touches_{{ days }}d > 0 then null
            else cast({{ value }} as double)
        end as {{ signal }},
        {%- endfor %}
        case
            when tenure_days < 89 then null
            when present_touches_90d > 0 then cast(0 as double)
            when possible_touches_90d > 0 then null
            else cast(1 as double)
        end as lonely_client_90d,
        case
            when tenure_days < 59 then null
            when champions_60d > 0 then cast(1 as double)
            when named_contacts_90d = 0 and possible_touches_90d > 0 then null
            when champions > 0 then cast(0 as double)
        end as champion_active_60d,

        -- who left: unknown without such a person, or where no leaving is ever recorded
        {%- for signal, days, people, left, is_recorded in [
            ('champion_left_90d', 90, 'champions', 'champions_left_90d',
                'is_departure_recorded'),
            ('admin_left_28d', 28, 'admins', 'admins_left_28d',
                'is_deactivation_recorded'),
        ] %}
        case
            when tenure_days < {{ days - 1 }} then null
            when {{ left }} > 0 then cast(1 as double)
            when {{ people }} > 0 and {{ is_recorded }} then cast(0 as double)
        end as {{ signal }},
        {%- endfor %}
        case
            when tenure_days < 364 then null
            when is_owner_change_recorded
                then cast(csm_changes_365d as double)
        end as csm_changes_365d,
        case
            when listed_opportunities is null then cast(0 as double)
            when listed_opportunities > 0 and is_closing_recorded
                then cast(single_threaded_opportunities as double)
        end as single_threaded_opportunities,

        -- kind of meetings and messages
        meeting_attendance_share_180d,
        inbound_share_90d,
        senior_touch_share_180d,
        intimacy_index_180d,
        email_reply_share_90d,
        customer_reply_hours_90d,
        cast(tenure_days as double) as relationship_length_days

    from measures

)

select * from signals
