-- One row per account per day to score: support signals, from what was known by the end
-- of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

cases as (

    select * from {{ ref('int_cases_by_account_day') }}

),

cases_per_seat as (

    select * from {{ ref('int_cases_per_seat_by_account_day') }}

),

recorded_events as (

    select * from {{ ref('int_recorded_case_events_by_day') }}

),

help_page_visits as (

    select * from {{ ref('int_help_page_visits_by_account_day') }}

),

active_users as (

    select * from {{ ref('int_active_users_by_account_day') }}

),

use_by_account_day as (

    select * from {{ ref('int_use_by_account_day') }}

),

days_with_fresh_use as (

    select snapshot_date from {{ ref('int_source_states') }}

    where source_table = 'usage.events' and source_state = 'fresh'

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- volume: no case is a measured zero, once the whole window is of a customer
        case
            when account_days.tenure_days < 89 then null
            else cast(coalesce(cases.cases_opened_90d, 0) as double)
        end as cases_opened_90d,
        cases_per_seat.cases_per_seat_90d,
        cases_per_seat.cases_per_seat_90d
        / nullif(cases_per_seat.tenure_peers_cases_per_seat_90d, 0)
            as cases_per_seat_vs_tenure_peers_90d,
        case
            when account_days.tenure_days < 179 then null
            else cases.cases_opened_90d
                / cast(nullif(cases.cases_opened_90d_before, 0) as double) - 1
        end as case_change_90d,
        case
            when account_days.tenure_days < 364 then null
            -- less the mean of 12 spans, by their standard deviation, both times 12
            else (12 * cases.cases_opened_28d_0 - cases.cases_336d_before)
                / nullif(
                    sqrt(
                        (
                            12 * cases.squared_cases_336d_before
                            - cases.cases_336d_before * cases.cases_336d_before
                        ) * 12 / cast(11 as double)
                    ), 0
                )
        end as case_z_score_365d,

        -- kind of case: without a single known type, nobody knows how many there were
        cases.defects_90d / cast(nullif(cases.typed_cases_90d, 0) as double)
            as defect_share_90d,
        {%- for kind in ['question', 'complaint'] %}
        case
            when account_days.tenure_days < 89 then null
            when cases.cases_opened_90d > 0 and cases.typed_cases_90d = 0 then null
            else cast(coalesce(cases.{{ kind }}s_90d, 0) as double)
        end as {{ kind }}_cases_90d,
        {%- endfor %}

        -- open: without a single resolution, nobody knows which are still open
        case
            when
                recorded_events.is_resolved_recorded
                or coalesce(cases.open_cases, 0) = 0
                then cast(coalesce(cases.open_cases, 0) as double)
        end as open_cases,
        case
            when recorded_events.is_resolved_recorded then cases.mean_open_case_age_days
        end as mean_open_case_age_days,
        {%- for signal in ['urgent_cases_open', 'oldest_urgent_case_age_days'] %}
        case
            -- without a single known priority, nobody knows which are urgent
            when cases.cases_opened_365d > 0 and cases.prioritised_cases_365d = 0
                then null
            when
                recorded_events.is_resolved_recorded
                or coalesce(cases.urgent_cases_open, 0) = 0
                then cast(coalesce(cases.{{ signal }}, 0) as double)
        end as {{ signal }},
        {%- endfor %}
        case
            when cases.cases_opened_365d > 0 and cases.typed_cases_365d = 0 then null
            when
                recorded_events.is_resolved_recorded
                or cases.oldest_feature_request_age_days is null
                then cast(
                    coalesce(cases.oldest_feature_request_age_days, 0) as double
                )
        end as oldest_feature_request_age_days,

        -- speed: nothing answered or resolved is unknown, so null
        cases.median_first_response_hours_90d,
        cases.median_resolution_hours_90d,
        case
            when recorded_events.is_resolved_recorded
                then cases.same_day_resolutions_90d
                / cast(nullif(cases.day_old_cases_90d, 0) as double)
        end as same_day_resolution_share_90d,

        -- what went wrong
        case
            when recorded_events.is_resolved_recorded
                then cases.sla_breaches_90d
                / cast(nullif(cases.sla_cases_90d, 0) as double)
        end as sla_breach_share_90d,
        case
            when recorded_events.is_reopened_recorded
                then cases.reopened_cases_90d
                / cast(nullif(cases.once_resolved_cases_90d, 0) as double)
        end as reopened_share_90d,
        case
            when account_days.tenure_days < 89 then null
            when
                recorded_events.is_escalated_recorded
                or coalesce(cases.cases_opened_365d, 0) = 0
                then cast(coalesce(cases.escalated_cases_90d, 0) as double)
        end as escalated_cases_90d,

        -- what customers do instead of asking
        cast(
            case
                when account_days.tenure_days < 89 then null
                when cases.cases_opened_90d > 0 then 0
                -- a dead feed is no decline
                when days_with_fresh_use.snapshot_date is null then null
                when
                    active_users.active_users_28d
                    >= active_users.active_users_28d_before
                    then 0
                when
                    active_users.active_users_28d
                    < active_users.active_users_28d_before
                    then 1
                -- nobody is left; use by unknown users is unknown
                when
                    active_users.active_users_28d_before > 0
                    and coalesce(use_by_account_day.use_days_28d, 0) = 0
                    then 1
            end as double
        ) as silent_cases_90d,
        case
            when account_days.tenure_days < 34 then null
            when
                help_page_visits.help_page_visits_7d = 0
                and help_page_visits.unclear_visits_7d > 0
                then null
            else 4 * help_page_visits.help_page_visits_7d
                / cast(
                    nullif(help_page_visits.help_page_visits_28d_before, 0) as double
                ) - 1
        end as help_page_visit_change_7d

    from account_days

    left join recorded_events
        on account_days.snapshot_date = recorded_events.snapshot_date

    left join days_with_fresh_use
        on account_days.snapshot_date = days_with_fresh_use.snapshot_date

    {% for measured in ['cases', 'cases_per_seat', 'help_page_visits', 'active_users',
        'use_by_account_day'] %}
    left join {{ measured }}
        on
            account_days.account_id = {{ measured }}.account_id
            and account_days.snapshot_date = {{ measured }}.snapshot_date
    {% endfor %}

)

select * from signals
