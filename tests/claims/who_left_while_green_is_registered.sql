-- When an evaluation is made, every account that was lost and stood in the best band on
-- the last month-end before the lead of the headline window is in the register, with
-- the score that history has of that day.

with

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

-- the snapshot of the month-end, by the window of the back-test and not by its dates
last_observations as (

    select
        account_outcomes.account_id,
        account_outcomes.outcome_date,
        max(observations.observation_date) as observation_date

    from {{ ref('account_outcomes') }} as account_outcomes

    inner join {{ ref('backtest_windows') }} as windows
        on windows.is_headline = 1

    inner join {{ ref('int_observations') }} as observations
        on
            account_outcomes.account_id = observations.account_id
            and account_outcomes.outcome_date
            > observations.observation_date + windows.lead_days
            and account_outcomes.outcome_date
            <= observations.observation_date + windows.lead_days + 28

    where account_outcomes.outcome in ('churned', 'inactive')

    group by account_outcomes.account_id, account_outcomes.outcome_date

),

green as (

    select
        last_observations.account_id,
        last_observations.outcome_date,
        account_health.health_score

    from last_observations

    inner join {{ ref('account_health_daily') }} as account_health
        on
            last_observations.account_id = account_health.account_id
            and last_observations.observation_date = account_health.snapshot_date

    inner join {{ ref('int_health_bands') }} as health_bands
        on
            coalesce(account_health.settled_band, account_health.health_band)
            = health_bands.band
            and account_health.snapshot_date >= health_bands.effective_from
            and account_health.snapshot_date < health_bands.effective_to
            and health_bands.below_score > 100

),

registered as (

    select register.*

    from {{ ref('watermelon_register') }} as register

    inner join evaluation_day
        on register.evaluated_on = evaluation_day.evaluated_on

)

select
    green.account_id,
    green.outcome_date,
    green.health_score,
    registered.health_score as registered_health_score

from green

left join registered
    on
        green.account_id = registered.account_id
        and green.outcome_date = registered.lost_on

where
    registered.account_id is null
    or not registered.was_green_at_month_end
    or registered.health_score is distinct from green.health_score
    or registered.red_signals > registered.measured_signals
