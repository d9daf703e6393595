-- One row per evaluation per past quarter: what would have been forecast on its eve,
-- by what was known then, against the accounts and the revenue that were lost.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

past_renewals as (

    select * from {{ ref('int_past_renewals') }}

),

losses as (

    {{ quarter_losses('past_renewals') }}

),

-- of the accounts that had a forecast
actual as (

    select
        evaluated_on,
        forecast_on,
        cast(
            sum(
                case when churn_probability is not null then is_lost else 0 end
            ) as int
        ) as accounts_lost,
        coalesce(
            {{ rounded(exact_sum(
                'case when churn_probability is not null and is_lost = 1 then arr end',
                2
            ), 2) }},
            0
        ) as arr_lost

    from past_renewals

    group by evaluated_on, forecast_on

),

compared as (

    select
        actual.evaluated_on,
        losses.renewal_quarter,
        losses.forecast_on,
        losses.accounts,
        losses.accounts_without_arr,
        losses.arr,
        losses.forecast_accounts,
        losses.forecast_arr,
        losses.expected_accounts_lost,
        {{ within_limit(
            'losses.expected_accounts_lost - losses.accounts_margin',
            'losses.forecast_accounts', 2
        ) }} as accounts_lost_low,
        {{ within_limit(
            'losses.expected_accounts_lost + losses.accounts_margin',
            'losses.forecast_accounts', 2
        ) }} as accounts_lost_high,
        losses.expected_arr_lost,
        {{ within_limit(
            'losses.expected_arr_lost - losses.arr_margin', 'losses.forecast_arr', 2
        ) }} as arr_lost_low,
        {{ within_limit(
            'losses.expected_arr_lost + losses.arr_margin', 'losses.forecast_arr', 2
        ) }} as arr_lost_high,

        -- where nothing was forecast, there is nothing to compare
        case when losses.forecast_accounts > 0 then actual.accounts_lost end
            as accounts_lost,
        case when losses.forecast_accounts > 0 then actual.arr_lost end as arr_lost

    from losses

    inner join actual
        on losses.forecast_on = actual.forecast_on

)

select
    evaluated_on,
    renewal_quarter,
    forecast_on,
    accounts,
    accounts_without_arr,
    arr,
    forecast_accounts,
    forecast_arr,

    -- accounts
    expected_accounts_lost,
    accounts_lost_low,
    accounts_lost_high,
    accounts_lost,
    forecast_accounts - accounts_lost as accounts_renewed,
    case
        when accounts_lost is null then 'not enough'
        when accounts_lost < accounts_lost_low then 'less than forecast'
        when accounts_lost > accounts_lost_high then 'more than forecast'
        else 'as forecast'
    end as accounts_verdict,

    -- revenue
    expected_arr_lost,
    arr_lost_low,
    arr_lost_high,
    arr_lost,
    {{ rounded('forecast_arr - arr_lost', 2) }} as arr_renewed,
    case
        when arr_lost is null then 'not enough'
        when arr_lost < arr_lost_low then 'less than forecast'
        when arr_lost > arr_lost_high then 'more than forecast'
        else 'as forecast'
    end as arr_verdict,
    '{{ invocation_id }}' as run_id

from compared
