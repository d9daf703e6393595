-- One row per account, month-end, outcome, window and health score, the published one
-- and the one without signals that know the outcome: the band that it stood in, and
-- whether the outcome happened.

{{ config(materialized='view') }}

with

observations as (

    select * from {{ ref('int_observations') }}

),

health_scores as (

    select * from {{ ref('int_health_scores_by_lead') }}

),

bands as (

    select
        account_id,
        observation_date,
        lead_days,
        'health_score' as predictor,
        health_band
    from health_scores

    union all

    select
        observations.account_id,
        observations.observation_date,
        leads.lead_days,
        'published_health_score',
        observations.health_band
    from observations
    cross join (
        select distinct lead_days from {{ ref('backtest_windows') }}
    ) as leads

)

select
    observation_outcomes.account_id,
    observation_outcomes.observation_date,
    observation_outcomes.outcome,
    observation_outcomes.horizon_days,
    observation_outcomes.lead_days,
    bands.predictor,
    bands.health_band,
    observations.is_later_half,
    coalesce(observations.segment, 'unknown') as segment,
    coalesce(observations.lifecycle_stage, 'unknown') as lifecycle_stage,
    observations.scorecard,
    observation_outcomes.is_outcome

from {{ ref('int_observation_outcomes') }} as observation_outcomes

inner join observations
    on
        observation_outcomes.account_id = observations.account_id
        and observation_outcomes.observation_date = observations.observation_date

inner join bands
    on
        observation_outcomes.account_id = bands.account_id
        and observation_outcomes.observation_date = bands.observation_date
        and observation_outcomes.lead_days = bands.lead_days
