-- One row per account per day to score with a cost to serve of a month that ended in
-- the last 365 days: what those months cost, and how many they are.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

service_costs as (

    select
        *,

        -- a month is known when it is over
        last_day(month) as last_day_of_month

    from {{ ref('stg_billing__service_costs') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

account_ids as (

    select distinct
        account_id,
        ids_since,
        source_account_id

    from account_day_ids

),

cost_months as (

    -- of two ids of a merged account, a month is complete with both
    select
        account_ids.account_id,
        account_ids.ids_since,
        service_costs.last_day_of_month,
        max(service_costs.loaded_on) as loaded_on,

        -- a cost that cannot be converted is unknown
        case
            when count(*) = count(service_costs.amount * exchange_rates.rate)
                then sum(service_costs.amount * exchange_rates.rate)
        end as cost

    from account_ids

    inner join service_costs
        on account_ids.source_account_id = service_costs.account_id

    left join exchange_rates
        on
            coalesce(service_costs.currency, '{{ var("reporting_currency") }}')
            = exchange_rates.currency
            and service_costs.last_day_of_month >= exchange_rates.valid_from
            and service_costs.last_day_of_month < exchange_rates.valid_to

    group by
        account_ids.account_id,
        account_ids.ids_since,
        service_costs.last_day_of_month

),

account_days as (

    select distinct
        account_id,
        snapshot_date,
        ids_since,
        loaded_until

    from account_day_ids

),

account_day_costs as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        count(*) as cost_months_365d,
        case
            when count(*) = count(cost_months.cost)
                then {{ rounded(exact_sum('cost_months.cost', 6), 2) }}
        end as cost_365d

    from account_days

    inner join cost_months
        on
            account_days.account_id = cost_months.account_id
            and account_days.ids_since = cost_months.ids_since
            and cost_months.last_day_of_month > account_days.snapshot_date - 365
            and cost_months.last_day_of_month <= account_days.snapshot_date
            and cost_months.loaded_on <= account_days.loaded_until

    group by account_days.account_id, account_days.snapshot_date

)

select * from account_day_costs
