-- One row per outcome, window and predictor that is judged by it, with a number: the
-- health score in every window, what it has to beat in that of the headline.

with

outcomes as (

    select 'lost' as outcome
    union all
    select 'contracted' as outcome
    union all
    select 'expanded' as outcome

),

windows as (

    select * from {{ ref('backtest_windows') }}

),

predictors as (

    select distinct predictor from {{ ref('int_predictor_scores') }}

),

pairs as (

    select
        outcomes.outcome,
        windows.horizon_days,
        windows.lead_days,
        windows.is_headline,
        predictors.predictor

    from outcomes

    cross join windows

    cross join predictors

    where
        windows.is_headline = 1
        or predictors.predictor in ('health_score', 'published_health_score')

)

select
    *,
    cast(
        row_number() over (order by outcome, horizon_days, lead_days, predictor) as int
    ) as pair_number

from pairs
