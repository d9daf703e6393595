-- One row per outcome, window, health score, slice and band: how many accounts stood in
-- the band on any of the month-ends, and how many of them had the outcome after one.

{%- set keys = ['outcome', 'horizon_days', 'lead_days', 'predictor', 'health_band'] %}

with

accounts as (

    select
        band_predictions.account_id,
        {%- for key in keys %}
        band_predictions.{{ key }},
        {%- endfor %}
        windows.is_headline,
        band_predictions.is_later_half,
        band_predictions.segment,
        band_predictions.lifecycle_stage,
        band_predictions.scorecard,
        max(band_predictions.is_outcome) as has_outcome

    from {{ ref('int_band_predictions') }} as band_predictions

    inner join {{ ref('backtest_windows') }} as windows
        on
            band_predictions.horizon_days = windows.horizon_days
            and band_predictions.lead_days = windows.lead_days

    group by
        band_predictions.account_id,
        {%- for key in keys %}
        band_predictions.{{ key }},
        {%- endfor %}
        windows.is_headline,
        band_predictions.is_later_half,
        band_predictions.segment,
        band_predictions.lifecycle_stage,
        band_predictions.scorecard

),

sliced_accounts as (

    {{ sliced('accounts', keys + ['account_id', 'has_outcome'], by_date=false) }}

)

select
    {{ keys | join(', ') }},
    slice,
    slice_value,
    cast(count(distinct account_id) as int) as accounts,
    cast(count(distinct case when has_outcome = 1 then account_id end) as int)
        as accounts_with_outcome

from sliced_accounts

group by
    {{ keys | join(', ') }},
    slice,
    slice_value
