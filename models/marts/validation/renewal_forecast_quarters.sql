-- One row per quarter with renewals ahead: the accounts of renewal_forecast, and how
-- many of them and how much of their revenue are likely to be lost.

with

renewals as (

    select
        *,
        snapshot_date as forecast_on

    from {{ ref('renewal_forecast') }}

),

losses as (

    {{ quarter_losses('renewals') }}

)

select
    renewal_quarter,
    forecast_on,
    accounts,
    accounts_without_arr,
    arr,
    forecast_accounts,
    forecast_arr,
    expected_accounts_lost,
    {{ within_limit(
        'expected_accounts_lost - accounts_margin', 'forecast_accounts', 2
    ) }} as accounts_lost_low,
    {{ within_limit(
        'expected_accounts_lost + accounts_margin', 'forecast_accounts', 2
    ) }} as accounts_lost_high,
    expected_arr_lost,
    {{ within_limit('expected_arr_lost - arr_margin', 'forecast_arr', 2) }}
        as arr_lost_low,
    {{ within_limit('expected_arr_lost + arr_margin', 'forecast_arr', 2) }}
        as arr_lost_high

from losses
