-- One row per account, month-end, outcome, window and predictor that is judged by it:
-- how likely the predictor called the outcome, and whether it happened. Numbers stand
-- for names, since these are the many rows of the back-test.

with

observations as (

    select * from {{ ref('int_observation_slices') }}

),

pairs as (

    select * from {{ ref('int_backtest_pairs') }}

),

questions as (

    select
        outcome,
        horizon_days,
        lead_days,
        min(pair_number) as question_number

    from pairs

    group by
        outcome,
        horizon_days,
        lead_days

),

numbered_pairs as (

    select
        pairs.*,
        questions.question_number,
        dense_rank() over (order by pairs.predictor) as predictor_number

    from pairs

    inner join questions
        on
            pairs.outcome = questions.outcome
            and pairs.horizon_days = questions.horizon_days
            and pairs.lead_days = questions.lead_days

),

predictors as (

    select distinct
        predictor,
        predictor_number

    from numbered_pairs

),

-- in tenths, as they are rounded
scores as (

    select
        observations.observation_number,
        predictor_scores.lead_days,
        predictors.predictor_number,
        predictor_scores.predictor = 'health_score' as is_health_score,
        cast(round(predictor_scores.score * 10) as int) as score

    from {{ ref('int_predictor_scores') }} as predictor_scores

    inner join observations
        on
            predictor_scores.account_id = observations.account_id
            and predictor_scores.observation_date = observations.observation_date

    inner join predictors
        on predictor_scores.predictor = predictors.predictor

),

-- what is compared is compared on the same observations: those that have a score
answers as (

    select
        observations.observation_number,
        observations.account_number,
        questions.question_number,
        observation_outcomes.lead_days,
        observation_outcomes.is_outcome,
        scores.score as health_score,

        -- who is healthy expands
        case when observation_outcomes.outcome = 'expanded' then 1 else -1 end
            as direction

    from {{ ref('int_observation_outcomes') }} as observation_outcomes

    inner join questions
        on
            observation_outcomes.outcome = questions.outcome
            and observation_outcomes.horizon_days = questions.horizon_days
            and observation_outcomes.lead_days = questions.lead_days

    inner join observations
        on
            observation_outcomes.account_id = observations.account_id
            and observation_outcomes.observation_date = observations.observation_date

    inner join scores
        on
            observations.observation_number = scores.observation_number
            and observation_outcomes.lead_days = scores.lead_days
            and scores.is_health_score

)

select
    answers.observation_number,
    answers.account_number,
    numbered_pairs.pair_number,
    numbered_pairs.is_headline,
    case when numbered_pairs.predictor = 'health_score' then 1 else 0 end
        as is_health_score,
    case when numbered_pairs.predictor = 'best_signal' then 1 else 0 end
        as is_best_signal,
    answers.is_outcome,
    answers.direction * scores.score as risk,
    answers.direction * answers.health_score as health_risk

from answers

inner join numbered_pairs
    on answers.question_number = numbered_pairs.question_number

inner join scores
    on
        answers.observation_number = scores.observation_number
        and answers.lead_days = scores.lead_days
        and numbered_pairs.predictor_number = scores.predictor_number
