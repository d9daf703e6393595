-- An evaluation of this run says of its observations what int_observation_outcomes does:
-- the bands of each outcome, window and slice hold them all, those of a sliced score add
-- up to all, and the metrics of the published score count those that have one.

with

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

-- of all, and of those with a score
happened as (

    select
        observation_outcomes.outcome,
        observation_outcomes.horizon_days,
        observation_outcomes.lead_days,
        count(*) as observations,
        sum(observation_outcomes.is_outcome) as outcomes,
        count(observations.health_score) as scored_observations,
        coalesce(
            sum(
                case
                    when observations.health_score is not null
                        then observation_outcomes.is_outcome
                end
            ),
            0
        ) as scored_outcomes

    from {{ ref('int_observation_outcomes') }} as observation_outcomes

    inner join {{ ref('int_observations') }} as observations
        on
            observation_outcomes.account_id = observations.account_id
            and observation_outcomes.observation_date = observations.observation_date

    group by
        observation_outcomes.outcome,
        observation_outcomes.horizon_days,
        observation_outcomes.lead_days

),

bands as (

    select
        outcome,
        horizon_days,
        lead_days,
        concat('backtest_bands, ', predictor, ', ', slice) as place,
        sum(bands.observations) as observations,
        sum(bands.outcomes) as outcomes

    from {{ ref('backtest_bands') }} as bands

    inner join evaluation_day
        on bands.evaluated_on = evaluation_day.evaluated_on

    where slice not in ('later_half', 'observation_date')

    group by
        outcome,
        horizon_days,
        lead_days,
        predictor,
        slice

),

metrics as (

    select
        outcome,
        horizon_days,
        lead_days,
        concat('backtest_metrics, ', comparison) as place,
        metrics.observations,
        metrics.outcomes

    from {{ ref('backtest_metrics') }} as metrics

    inner join evaluation_day
        on metrics.evaluated_on = evaluation_day.evaluated_on

    where
        predictor = 'published_health_score'
        and slice = 'all'

)

select
    bands.outcome,
    bands.horizon_days,
    bands.lead_days,
    bands.place,
    bands.observations,
    bands.outcomes,
    happened.observations as observations_that_happened,
    happened.outcomes as outcomes_that_happened

from bands

left join happened
    on
        bands.outcome = happened.outcome
        and bands.horizon_days = happened.horizon_days
        and bands.lead_days = happened.lead_days

where
    happened.outcome is null
    or bands.observations <> happened.observations
    or bands.outcomes <> happened.outcomes

union all

select
    metrics.outcome,
    metrics.horizon_days,
    metrics.lead_days,
    metrics.place,
    metrics.observations,
    metrics.outcomes,
    happened.scored_observations,
    happened.scored_outcomes

from metrics

left join happened
    on
        metrics.outcome = happened.outcome
        and metrics.horizon_days = happened.horizon_days
        and metrics.lead_days = happened.lead_days

where
    happened.outcome is null
    or metrics.observations > happened.scored_observations
    or metrics.outcomes > happened.scored_outcomes
