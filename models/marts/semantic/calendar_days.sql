-- One row per day from the first to the last that a metric can fall on: the time spine
-- of the semantic layer.

with

days_of_metrics as (

    select
        min(snapshot_date) as first_day,
        max(snapshot_date) as last_day
    from {{ ref('account_health_daily') }}

    union all

    select
        min(outcome_date),
        max(outcome_date)
    from {{ ref('account_outcomes') }}

    union all

    select
        min(first_day),
        max(first_day)
    from {{ ref('health_alerts') }}

    -- contracts may end years from now
    union all

    select
        min(renewal_on),
        max(renewal_on)
    from {{ ref('renewal_forecast') }}

),

bounds as (

    select
        min(first_day) as first_day,
        max(last_day) as last_day

    from days_of_metrics

),

days as (

    select {{ days_between('first_day', 'last_day') }} as calendar_day

    from bounds

    where first_day is not null

)

select * from days
