-- One row per prediction and cell of the back-test that it is judged in: those of
-- int_backtest_cells. date_number numbers the month-ends.

{{ config(materialized='view') }}

with

predictions as (

    select
        predictions.*,
        {%- for slice in ['all', 'later_half', 'segment', 'lifecycle_stage',
            'scorecard'] %}
        slices.{{ slice }}_slice,
        {%- endfor %}
        slices.observation_date_slice

    from {{ ref('int_predictions') }} as predictions

    inner join {{ ref('int_observation_slices') }} as slices
        on predictions.observation_number = slices.observation_number

),

sliced_predictions as (

    {%- for slice, condition in [
        ('all', 'is_best_signal = 0'),
        ('later_half', 'is_headline = 1 and later_half_slice is not null'),
        ('segment', 'is_health_score = 1'),
        ('lifecycle_stage', 'is_health_score = 1'),
        ('scorecard', 'is_health_score = 1'),
        ('observation_date', 'is_headline = 1 and is_health_score = 1'),
    ] %}

    {{ 'union all' if not loop.first }}

    select
        pair_number * 10000 + {{ slice }}_slice as cell,
        account_number as account_id,
        observation_date_slice as date_number,
        is_outcome,
        risk,
        health_risk,
        is_headline,
        is_health_score
    from predictions
    where {{ condition }}
    {%- endfor %}

)

select * from sliced_predictions
