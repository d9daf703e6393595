-- One row per account per day to score per objective that was set by then: whether it
-- is achieved and confirmed, in which windows, and its value in the reporting currency
-- at the rates of the day.

{{ config(materialized='view') }}

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

objectives as (

    select
        *,
        coalesce(currency, '{{ var("reporting_currency") }}') as known_currency

    from {{ ref('stg_crm__objectives') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

days_to_score as (

    select distinct snapshot_date from account_day_ids

),

rates as (

    select
        days_to_score.snapshot_date,
        exchange_rates.currency,
        exchange_rates.rate

    from days_to_score

    inner join exchange_rates
        on
            days_to_score.snapshot_date >= exchange_rates.valid_from
            and days_to_score.snapshot_date < exchange_rates.valid_to

),

account_day_objectives as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        objectives.objective_id,
        objectives.set_on,

        -- what happens after the snapshot has not happened in it
        case
            when objectives.achieved_on <= account_day_ids.snapshot_date
                then cast(1 as double)
            else 0
        end as achieved,
        case
            when objectives.customer_confirmed_on <= account_day_ids.snapshot_date
                then cast(1 as double)
            else 0
        end as confirmed,

        -- windows
        coalesce(
            objectives.due_on > account_day_ids.snapshot_date - 365
            and objectives.due_on <= account_day_ids.snapshot_date, false
        ) as is_due_365d,
        coalesce(
            objectives.achieved_on > account_day_ids.snapshot_date - 365
            and objectives.achieved_on <= account_day_ids.snapshot_date, false
        ) as is_achieved_365d,
        objectives.set_on > account_day_ids.snapshot_date - 180
        or coalesce(
            objectives.achieved_on > account_day_ids.snapshot_date - 180
            and objectives.achieved_on <= account_day_ids.snapshot_date, false
        )
        or coalesce(
            objectives.customer_confirmed_on > account_day_ids.snapshot_date - 180
            and objectives.customer_confirmed_on <= account_day_ids.snapshot_date, false
        ) as is_worked_on_180d,

        -- what is overdue is no longer expected
        coalesce(objectives.achieved_on > account_day_ids.snapshot_date, true)
        and coalesce(objectives.due_on >= account_day_ids.snapshot_date, true)
            as is_still_expected,

        -- value: nothing is delivered before it is achieved
        objectives.expected_value,
        objectives.delivered_value,
        objectives.expected_value * rates.rate as expected_amount,
        case
            when objectives.achieved_on <= account_day_ids.snapshot_date
                then objectives.delivered_value * rates.rate
            else 0
        end as delivered_amount

    from account_day_ids

    inner join objectives
        on
            account_day_ids.source_account_id = objectives.account_id
            and account_day_ids.snapshot_date >= objectives.set_on
            and account_day_ids.loaded_until >= objectives.loaded_on

    left join rates
        on
            account_day_ids.snapshot_date = rates.snapshot_date
            and objectives.known_currency = rates.currency

)

select * from account_day_objectives
