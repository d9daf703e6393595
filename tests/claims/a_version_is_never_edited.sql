-- A past day scored again by the version that scored it has the score that it had.
-- Where it has not, somebody edited a version after it had scored: add a version
-- instead. It only warns, since health_changes tells the points as configuration.

{{ config(severity='warn') }}

select
    account_id,
    first_day,
    scorecard,
    scorecard_version,
    configuration as points

from {{ ref('health_changes') }}

where
    configuration <> 0
    and scorecard = first_scorecard
    and scorecard_version = first_scorecard_version
