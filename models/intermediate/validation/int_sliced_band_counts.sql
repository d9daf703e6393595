-- One row per row of int_band_counts and slice that it is judged in, as the macro sliced
-- has them.

{{ config(materialized='view') }}

with

band_counts as (

    select
        band_counts.*,
        windows.is_headline

    from {{ ref('int_band_counts') }} as band_counts

    inner join {{ ref('backtest_windows') }} as windows
        on
            band_counts.horizon_days = windows.horizon_days
            and band_counts.lead_days = windows.lead_days

),

sliced_band_counts as (

    {{ sliced('band_counts', [
        'outcome', 'horizon_days', 'lead_days', 'predictor', 'observation_date',
        'health_band', 'observations', 'outcomes', 'expected_share',
        'expected_share_of_all',
    ]) }}

)

select * from sliced_band_counts
