-- One row, or none where nothing can be told: the signal whose score alone told those
-- who were lost best on the earlier half of the month-ends, in the headline window. What
-- is judged on the later half was not seen here: every window ended before it begins.

with

observations as (

    select * from {{ ref('int_observations') }}

),

later_half as (

    select min(observation_date) as first_date

    from observations

    where is_later_half

),

outcomes as (

    select
        observation_outcomes.account_id,
        observation_outcomes.observation_date,
        observation_outcomes.lead_days,
        observation_outcomes.is_outcome

    from {{ ref('int_observation_outcomes') }} as observation_outcomes

    inner join {{ ref('backtest_windows') }} as windows
        on
            observation_outcomes.horizon_days = windows.horizon_days
            and observation_outcomes.lead_days = windows.lead_days
            and windows.is_headline = 1

    inner join later_half
        on
            observation_outcomes.observation_date
            + observation_outcomes.lead_days
            + observation_outcomes.horizon_days
            + {{ var('churn_grace_days') }}
            <= later_half.first_date

    where observation_outcomes.outcome = 'lost'

),

-- what was measured; what stands in for it tells nothing of the account
signal_risks as (

    select
        signal_scores.account_id,
        signal_scores.signal,
        outcomes.is_outcome,
        -{{ rounded('signal_scores.score', 1) }} as risk

    from {{ ref('signal_scores_daily') }} as signal_scores

    inner join {{ ref('signals') }} as signals
        on signal_scores.signal = signals.signal

    inner join outcomes
        on
            signal_scores.account_id = outcomes.account_id
            and signal_scores.snapshot_date = outcomes.observation_date
            and signals.used_from_days_before_outcome <= outcomes.lead_days

    where
        signal_scores.snapshot_date in (
            select outcomes.observation_date from outcomes
        )
        and signal_scores.status = 'measured'
        and signal_scores.score is not null

),

accounts as (

    select
        signal,
        count(distinct account_id) as accounts,
        count(distinct case when is_outcome = 1 then account_id end)
            as accounts_with_outcome

    from signal_risks

    group by signal

),

most_accounts as (

    select max(accounts) as accounts from accounts

),

levels as (

    {{ risk_levels('signal_risks', ['signal']) }}

),

aucs as (

    {{ aucs_of_levels('levels', ['signal']) }}

),

-- one that few accounts have tells little of all
ranked_signals as (

    select
        aucs.signal,
        aucs.auc,
        accounts.accounts_with_outcome,
        row_number() over (order by aucs.auc desc, aucs.signal asc) as signal_rank

    from aucs

    inner join accounts
        on aucs.signal = accounts.signal

    cross join most_accounts

    where
        aucs.auc is not null
        and accounts.accounts_with_outcome >= {{ var('minimum_outcomes') }}
        and 2 * accounts.accounts >= most_accounts.accounts

)

select
    signal,
    auc,
    cast(accounts_with_outcome as int) as accounts_with_outcome

from ranked_signals

where signal_rank = 1
