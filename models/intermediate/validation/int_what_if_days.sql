-- One row per account per day that the what-if looks at: the ends of the months that
-- are evaluated, and the latest day; what was true of the account, and what was
-- published. None when no evaluation is due.

{%- set definition = var('customer_definition') %}
{%- set customer_type = {
    'subscription': "'subscription'",
    'activity': "'transactional'",
    'subscription_or_activity': 'customer_types.customer_type',
}[definition] %}

with

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

stored_days as (

    select
        snapshot_date,
        max(snapshot_date) over () as latest_day

    from {{ ref('int_stored_days') }}

),

days as (

    select
        stored_days.snapshot_date,
        evaluation_day.evaluated_on,
        stored_days.snapshot_date = stored_days.latest_day as is_latest_day

    from stored_days

    inner join evaluation_day
        on
            stored_days.snapshot_date = stored_days.latest_day
            or (
                stored_days.snapshot_date = last_day(stored_days.snapshot_date)
                and stored_days.snapshot_date <= evaluation_day.evaluated_on
                and (
                    extract(year from evaluation_day.evaluated_on)
                    - extract(year from stored_days.snapshot_date)
                ) * 12
                + extract(month from evaluation_day.evaluated_on)
                - extract(month from stored_days.snapshot_date)
                < {{ var('backtest_months') }}
            )

),

account_health as (

    select
        account_health_daily.*,
        days.evaluated_on,
        days.is_latest_day

    from {{ ref('account_health_daily') }} as account_health_daily

    inner join days
        on account_health_daily.snapshot_date = days.snapshot_date

),

{%- if definition == 'subscription_or_activity' %}

first_subscriptions as (

    select
        account_id as source_account_id,
        min({{ known_on('active_from') }}) as first_known_on

    from {{ ref('int_subscription_versions') }}

    group by account_id

),

-- who has never had a subscription, as far as was known
customer_types as (

    select
        account_health.account_id,
        account_health.snapshot_date,
        case
            when count(first_subscriptions.source_account_id) = 0 then 'transactional'
            else 'subscription'
        end as customer_type

    from account_health

    inner join {{ ref('int_account_id_map') }} as account_id_map
        on
            account_health.account_id = account_id_map.account_id
            and account_health.snapshot_date >= account_id_map.valid_from
            and account_health.snapshot_date < account_id_map.valid_to

    left join first_subscriptions
        on
            account_id_map.source_account_id = first_subscriptions.source_account_id
            and account_health.snapshot_date >= first_subscriptions.first_known_on

    group by account_health.account_id, account_health.snapshot_date

),
{%- endif %}

account_days as (

    select
        account_health.*,
        {{ customer_type }} as customer_type

    from account_health

    {%- if definition == 'subscription_or_activity' %}

    inner join customer_types
        on
            account_health.account_id = customer_types.account_id
            and account_health.snapshot_date = customer_types.snapshot_date
    {%- endif %}

)

select * from account_days
