-- One row per prediction and slice that it is judged in, as the macro sliced has them.

{{ config(materialized='view') }}

with

predictions as (

    select
        predictions.*,
        observations.is_later_half,
        coalesce(observations.segment, 'unknown') as segment,
        coalesce(observations.lifecycle_stage, 'unknown') as lifecycle_stage,
        observations.scorecard

    from {{ ref('int_predictions') }} as predictions

    inner join {{ ref('int_observations') }} as observations
        on
            predictions.account_id = observations.account_id
            and predictions.observation_date = observations.observation_date

),

sliced_predictions as (

    {{ sliced('predictions', [
        'account_id', 'observation_date', 'outcome', 'horizon_days', 'lead_days',
        'predictor', 'is_outcome', 'risk', 'health_risk',
    ]) }}

)

select * from sliced_predictions
