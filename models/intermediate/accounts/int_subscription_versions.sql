-- One row per subscription version that was ever active, from active_from to before
-- active_to: with the end of the subscription taken into account.

with

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

subscription_versions as (

    select
        subscription_id,
        account_id,
        product_id,
        coalesce(currency, '{{ var("reporting_currency") }}') as currency,
        quantity,
        mrr,
        list_mrr,
        billing_period_months,
        auto_renew,
        term_start,
        term_end,
        valid_from as active_from,
        case
            when ended_on < coalesce(valid_to, cast('9999-01-01' as date)) then ended_on
            else coalesce(valid_to, cast('9999-01-01' as date))
        end as active_to,
        loaded_on

    from subscriptions

)

select * from subscription_versions

where active_from < active_to
