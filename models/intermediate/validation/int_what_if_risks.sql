-- One row per candidate scorecard version, account and end of month of which is known
-- whether the account was lost in the headline window: the risk by the candidate, and
-- by the version that scored the day, both without signals that know the outcome. Only
-- where both have a score.

with

headline_window as (

    select * from {{ ref('backtest_windows') }}

    where is_headline = 1

),

signals_left_out as (

    select signals.signal

    from {{ ref('signals') }} as signals

    inner join headline_window
        on signals.used_from_days_before_outcome > headline_window.lead_days

),

account_days as (

    select * from {{ ref('int_what_if_account_days') }}

),

observations as (

    select
        account_days.*,
        outcomes.is_outcome

    from account_days

    inner join {{ ref('int_observation_outcomes') }} as outcomes
        on
            account_days.account_id = outcomes.account_id
            and account_days.snapshot_date = outcomes.observation_date
            and outcomes.outcome = 'lost'

    inner join headline_window
        on
            outcomes.horizon_days = headline_window.horizon_days
            and outcomes.lead_days = headline_window.lead_days

),

versions_to_score as (

    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version

    from observations

    union

    select
        account_id,
        snapshot_date,
        published_scorecard,
        published_scorecard_version

    from observations

),

-- each version has those whom it scores or would score for its peers
scored_accounts as (

    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version

    from account_days

    union all

    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version

    from {{ ref('int_what_if_days') }}

),

scores as (

    {{ recomputed_health(
        'versions_to_score', peers='scored_accounts', left_out='signals_left_out'
    ) }}

),

-- the lower the score, the higher the risk; the same rows for both
risks as (

    select
        observations.account_id,
        observations.snapshot_date,
        observations.scorecard,
        observations.scorecard_version,
        observations.is_outcome,
        -candidate_scores.health_score as candidate_risk,
        -published_scores.health_score as published_risk

    from observations

    inner join scores as candidate_scores
        on
            observations.account_id = candidate_scores.account_id
            and observations.snapshot_date = candidate_scores.snapshot_date
            and observations.scorecard = candidate_scores.scorecard
            and observations.scorecard_version = candidate_scores.scorecard_version

    inner join scores as published_scores
        on
            observations.account_id = published_scores.account_id
            and observations.snapshot_date = published_scores.snapshot_date
            and observations.published_scorecard = published_scores.scorecard
            and observations.published_scorecard_version
            = published_scores.scorecard_version

    where
        candidate_scores.health_score is not null
        and published_scores.health_score is not null


)

select * from risks
