-- One row per day to score on which a resolution, an escalation or a reopening of any
-- case was known. Before the first of its kind, nobody records it.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

cases as (

    select * from {{ ref('stg_crm__cases') }}

),

event_days as (

    {%- for event in ['resolved', 'escalated', 'reopened'] %}

    {{ 'union all' if not loop.first }}

    select
        '{{ event }}' as event,
        {{ event }}_on as happened_on,
        min(loaded_on) as loaded_on

    from cases

    where {{ event }}_on is not null

    group by {{ event }}_on

    {%- endfor %}

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

recorded_events as (

    select
        days_to_score.snapshot_date,
        count(case when event_days.event = 'resolved' then 1 end) > 0
            as is_resolved_recorded,
        count(case when event_days.event = 'escalated' then 1 end) > 0
            as is_escalated_recorded,
        count(case when event_days.event = 'reopened' then 1 end) > 0
            as is_reopened_recorded

    from days_to_score

    inner join event_days
        on
            days_to_score.snapshot_date >= event_days.happened_on
            and days_to_score.loaded_until >= event_days.loaded_on

    group by days_to_score.snapshot_date

)

select * from recorded_events
