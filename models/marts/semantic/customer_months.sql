-- One row per account per calendar month that it began as a customer: what was true of
-- it on the day before, and whether it was lost in the month. A month is in here when
-- the grace days after it are over.

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

losses as (

    select
        account_id,
        outcome_date

    from {{ ref('account_outcomes') }}

    where outcome in ('churned', 'inactive')

),

as_of as (

    select * from {{ ref('int_as_of_date') }}

),

-- an account that was lost is scored for the grace days, but is no customer
customers as (

    select
        account_health_daily.*,
        account_health_daily.snapshot_date + 1 as month_from,
        last_day(account_health_daily.snapshot_date + 1) as month_to

    from account_health_daily

    left join losses
        on
            account_health_daily.account_id = losses.account_id
            and account_health_daily.snapshot_date >= losses.outcome_date
            and account_health_daily.snapshot_date
            <= losses.outcome_date + {{ var('churn_grace_days') }}

    where
        account_health_daily.snapshot_date
        = last_day(account_health_daily.snapshot_date)
        and losses.account_id is null

),

lost_customers as (

    select distinct
        customers.account_id,
        customers.month_from

    from customers

    inner join losses
        on
            customers.account_id = losses.account_id
            and customers.month_from <= losses.outcome_date
            and customers.month_to >= losses.outcome_date

),

customer_months as (

    select
        customers.account_id,
        customers.month_from,

        -- the day before
        customers.health_band,
        customers.settled_band,
        customers.arr,
        customers.segment,
        customers.industry,
        customers.region,
        customers.size_band,
        customers.service_tier,
        customers.product,
        customers.owner_id,
        customers.lifecycle_stage,

        -- the month
        lost_customers.account_id is not null as is_lost,
        case when lost_customers.account_id is null then 0 else customers.arr end
            as lost_arr

    from customers

    cross join as_of

    left join lost_customers
        on
            customers.account_id = lost_customers.account_id
            and customers.month_from = lost_customers.month_from

    where customers.month_to + {{ var('churn_grace_days') }} <= as_of.as_of_date

)

select * from customer_months
