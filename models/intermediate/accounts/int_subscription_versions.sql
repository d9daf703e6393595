-- One row per subscription version that was ever active, from active_from to before
-- active_to: with the end of the subscription taken into account.

with

subscriptions as (

    select
        *,

        -- a version ends when the next one begins, whether or not it says so
        lead(valid_from, 1, cast('9999-01-01' as date)) over (
            partition by subscription_id order by valid_from
        ) as next_valid_from

    from {{ ref('stg_billing__subscriptions') }}

),

ends as (

    select
        *,
        case
            when valid_to < next_valid_from then valid_to
            else next_valid_from
        end as version_end

    from subscriptions

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
        case when ended_on < version_end then ended_on else version_end end
            as active_to,
        loaded_on

    from ends

)

select * from subscription_versions

where active_from < active_to
