-- One row per account, month-end, outcome, window and predictor that is judged by it:
-- how likely the predictor called the outcome, and whether it happened. The health score
-- in every window, what it has to beat in that of the headline.

with

predictor_scores as (

    select * from {{ ref('int_predictor_scores') }}

),

observation_outcomes as (

    select * from {{ ref('int_observation_outcomes') }}

),

windows as (

    select * from {{ ref('backtest_windows') }}

),

-- what is compared is compared on the same observations: those that have a score
health_scores as (

    select
        account_id,
        observation_date,
        lead_days,
        score

    from predictor_scores

    where predictor = 'health_score'

),

predictions as (

    select
        observation_outcomes.account_id,
        observation_outcomes.observation_date,
        observation_outcomes.outcome,
        observation_outcomes.horizon_days,
        observation_outcomes.lead_days,
        windows.is_headline,
        predictor_scores.predictor,
        observation_outcomes.is_outcome,

        -- who is healthy expands
        case
            when observation_outcomes.outcome = 'expanded' then predictor_scores.score
            else -predictor_scores.score
        end as risk,
        case
            when observation_outcomes.outcome = 'expanded' then health_scores.score
            else -health_scores.score
        end as health_risk

    from observation_outcomes

    inner join windows
        on
            observation_outcomes.horizon_days = windows.horizon_days
            and observation_outcomes.lead_days = windows.lead_days

    inner join health_scores
        on
            observation_outcomes.account_id = health_scores.account_id
            and observation_outcomes.observation_date = health_scores.observation_date
            and observation_outcomes.lead_days = health_scores.lead_days

    inner join predictor_scores
        on
            observation_outcomes.account_id = predictor_scores.account_id
            and observation_outcomes.observation_date
            = predictor_scores.observation_date
            and observation_outcomes.lead_days = predictor_scores.lead_days
            and (
                windows.is_headline = 1
                or predictor_scores.predictor
                in ('health_score', 'published_health_score')
            )

)

select * from predictions
