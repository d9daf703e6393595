-- One row per account per observed month-end: what happened to it in the headline
-- window, and whether it left, grew or stayed. Null until the window is fully observed.

with

observations as (

    select * from {{ ref('int_observations') }}

),

observation_outcomes as (

    select * from {{ ref('int_observation_outcomes') }}

),

headline_window as (

    select * from {{ ref('backtest_windows') }}

    where is_headline = 1

),

outcomes as (

    select
        observation_outcomes.account_id,
        observation_outcomes.observation_date,
        max(
            case
                when observation_outcomes.outcome = 'lost'
                    then observation_outcomes.is_outcome
            end
        ) as lost,
        max(
            case
                when observation_outcomes.outcome = 'contracted'
                    then observation_outcomes.is_outcome
            end
        ) as contracted,
        max(
            case
                when observation_outcomes.outcome = 'expanded'
                    then observation_outcomes.is_outcome
            end
        ) as expanded

    from observation_outcomes

    inner join headline_window
        on
            observation_outcomes.horizon_days = headline_window.horizon_days
            and observation_outcomes.lead_days = headline_window.lead_days

    group by
        observation_outcomes.account_id,
        observation_outcomes.observation_date

)

select
    observations.account_id,
    observations.observation_date,
    observations.evaluated_on,
    outcomes.lost,
    outcomes.contracted,
    outcomes.expanded,
    case
        when outcomes.lost = 1 then 'left'
        when outcomes.lost = 0 and outcomes.expanded = 1 then 'grew'
        -- who shrank is in no group
        when outcomes.lost + outcomes.contracted + outcomes.expanded = 0 then 'stayed'
    end as outcome_group

from observations

left join outcomes
    on
        observations.account_id = outcomes.account_id
        and observations.observation_date = outcomes.observation_date
