-- One row per window, health score, slice and band: how many accounts stood in the band
-- on any of the month-ends. The same for every outcome, since the observations are.

{%- set keys = ['horizon_days', 'lead_days', 'predictor', 'health_band'] %}

with

accounts as (

    select distinct
        band_predictions.account_id,
        {%- for key in keys %}
        band_predictions.{{ key }},
        {%- endfor %}
        windows.is_headline,
        band_predictions.is_later_half,
        band_predictions.segment,
        band_predictions.lifecycle_stage,
        band_predictions.scorecard

    from {{ ref('int_band_predictions') }} as band_predictions

    inner join {{ ref('backtest_windows') }} as windows
        on
            band_predictions.horizon_days = windows.horizon_days
            and band_predictions.lead_days = windows.lead_days

    where band_predictions.outcome = 'lost'

),

sliced_accounts as (

    {{ sliced('accounts', keys + ['account_id'], by_date=false) }}

)

select
    {{ keys | join(', ') }},
    slice,
    slice_value,
    cast(count(distinct account_id) as int) as accounts

from sliced_accounts

group by
    {{ keys | join(', ') }},
    slice,
    slice_value
