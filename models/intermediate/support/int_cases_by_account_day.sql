-- One row per account per day to score with a case opened in the last 365 days, or an
-- older feature request that is still open: what kinds of cases came, what became of
-- them, and which are open at the end of the day.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

cases as (

    select * from {{ ref('stg_crm__cases') }}

),

cases_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        cases.case_type,
        cast(account_day_ids.snapshot_date - cases.opened_on as int) as age_days,

        -- a word that nobody knows tells nothing
        nullif(cases.priority, 'other') as known_priority,

        -- in which window it was opened
        cases.opened_on > account_day_ids.snapshot_date - 365 as is_opened_365d,
        cases.opened_on > account_day_ids.snapshot_date - 90 as is_opened_90d,
        cases.opened_on > account_day_ids.snapshot_date - 180
        and cases.opened_on <= account_day_ids.snapshot_date - 90
            as is_opened_90d_before,

        -- what happens after the snapshot has not happened in it
        coalesce(cases.resolved_on <= account_day_ids.snapshot_date, false)
            as is_resolved,
        coalesce(cases.reopened_on <= account_day_ids.snapshot_date, false)
            as is_reopened,
        cases.escalated_on > account_day_ids.snapshot_date - 90
        and cases.escalated_on <= account_day_ids.snapshot_date as is_escalated_90d,
        case
            when cases.resolved_on <= account_day_ids.snapshot_date
                then cases.resolved_at > cases.sla_due_at
            -- before its time is up, an open case is neither in time nor late
            when cases.sla_due_on <= account_day_ids.snapshot_date then true
        end as is_sla_breached,
        case
            when
                cases.first_response_on <= account_day_ids.snapshot_date
                and cases.first_response_at >= cases.opened_at
                then {{ hours_between('cases.opened_at', 'cases.first_response_at') }}
        end as first_response_hours,
        case
            when cases.resolved_on <= account_day_ids.snapshot_date
                then {{ hours_between('cases.opened_at', 'cases.resolved_at') }}
        end as resolution_hours

    from account_day_ids

    inner join cases
        on
            account_day_ids.source_account_id = cases.account_id
            and cases.opened_on <= account_day_ids.snapshot_date
            and cases.loaded_on <= account_day_ids.loaded_until
            and (
                cases.opened_on > account_day_ids.snapshot_date - 365
                or cases.case_type = 'feature_request'
            )

),

dated_cases as (

    select
        *,

        -- 0 is the last 28 days, 1 the 28 before, and so on
        floor(age_days / 28.0) as period,

        -- feature requests wait for a decision, not for support
        is_opened_365d
        and not is_resolved
        and coalesce(case_type <> 'feature_request', true) as is_in_backlog,
        is_opened_365d
        and not is_resolved
        and known_priority = 'urgent' as is_urgent_and_open,
        case
            when is_resolved then null
            when case_type = 'feature_request' and is_opened_365d then age_days
            -- 365 is at least 365
            when case_type = 'feature_request' then 365
        end as feature_request_age_days

    from cases_of_account_days

    where
        is_opened_365d
        or not is_resolved

),

case_counts as (

    select
        account_id,
        snapshot_date,

        -- opened: when, and what is known of them
        count(case when is_opened_90d then 1 end) as cases_opened_90d,
        count(case when is_opened_90d_before then 1 end) as cases_opened_90d_before,
        {%- for period in range(13) %}
        count(case when period = {{ period }} then 1 end)
            as cases_opened_28d_{{ period }},
        {%- endfor %}
        count(case when is_opened_365d then 1 end) as cases_opened_365d,
        count(case when is_opened_365d then known_priority end)
            as prioritised_cases_365d,
        count(case when is_opened_365d then case_type end) as typed_cases_365d,
        count(case when is_opened_90d then case_type end) as typed_cases_90d,
        {%- for kind in ['defect', 'question', 'complaint'] %}
        count(case when is_opened_90d and case_type = '{{ kind }}' then 1 end)
            as {{ kind }}s_90d,
        {%- endfor %}

        -- open at the end of the day
        count(case when is_in_backlog then 1 end) as open_cases,
        avg(case when is_in_backlog then age_days end) as mean_open_case_age_days,
        count(case when is_urgent_and_open then 1 end) as urgent_cases_open,
        max(case when is_urgent_and_open then age_days end)
            as oldest_urgent_case_age_days,
        max(feature_request_age_days) as oldest_feature_request_age_days,

        -- how they went
        count(case when is_opened_365d and is_escalated_90d then 1 end)
            as escalated_cases_90d,
        count(case when is_opened_90d then is_sla_breached end) as sla_cases_90d,
        count(case when is_opened_90d and is_sla_breached then 1 end)
            as sla_breaches_90d,
        count(case when is_opened_90d and (is_resolved or is_reopened) then 1 end)
            as once_resolved_cases_90d,
        count(case when is_opened_90d and is_reopened then 1 end)
            as reopened_cases_90d,

        -- what was opened on the day may still be resolved within 24 hours
        count(case when is_opened_90d and (age_days > 0 or is_resolved) then 1 end)
            as day_old_cases_90d,
        count(case when is_opened_90d and resolution_hours <= 24 then 1 end)
            as same_day_resolutions_90d,
        median(case when is_opened_90d then first_response_hours end)
            as median_first_response_hours_90d,
        median(case when is_opened_90d then resolution_hours end)
            as median_resolution_hours_90d

    from dated_cases

    group by account_id, snapshot_date

),

cases_by_account_day as (

    select
        *,

        -- the 12 spans of 28 days before the last: sum, and sum of squares
        cases_opened_28d_1
        {%- for period in range(2, 13) %} + cases_opened_28d_{{ period }}
        {%- endfor %} as cases_336d_before,
        cases_opened_28d_1 * cases_opened_28d_1
        {%- for period in range(2, 13) %}
        + cases_opened_28d_{{ period }} * cases_opened_28d_{{ period }}
        {%- endfor %} as squared_cases_336d_before

    from case_counts

)

select * from cases_by_account_day
