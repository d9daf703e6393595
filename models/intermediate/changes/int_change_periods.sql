-- One row per account of the latest day per period of 1, 7, 28 and 90 days that ends on
-- it: the two days to compare.

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health_daily

),

accounts as (

    select
        account_health_daily.account_id,
        account_health_daily.snapshot_date

    from account_health_daily

    inner join latest_day
        on account_health_daily.snapshot_date = latest_day.snapshot_date

),

periods as (

    {%- for days in [1, 7, 28, 90] %}

    {{ 'union all' if not loop.first }}

    select
        account_id,
        {{ days }} as period_days,
        snapshot_date - {{ days }} as first_day,
        snapshot_date as last_day

    from accounts
    {%- endfor %}

)

select * from periods
