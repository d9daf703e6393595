-- One row per row of int_what_if_observations of which both scores are known: the risk
-- by the candidate, and by the version that scored the day. The lower a score, the
-- higher the risk.

with

observations as (

    select * from {{ ref('int_what_if_observations') }}

),

scores as (

    select * from {{ ref('int_what_if_scores') }}

    where health_score is not null

)

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
