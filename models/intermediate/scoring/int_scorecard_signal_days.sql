-- One row per day to score, scorecard version and signal that is stored on that day:
-- how the version scores the signal, and the state of its source. What the version does
-- not show has no weight and no score, but is stored as well: another version may score
-- the account tomorrow, and the day before is then looked at by that version.

with

days_to_score as (

    select * from {{ ref('int_days_to_score') }}

),

scorecard_signals as (

    select * from {{ ref('int_scorecard_signals') }}

),

source_states as (

    select * from {{ ref('int_source_states') }}

),

versions as (

    select distinct
        scorecard,
        scorecard_version

    from scorecard_signals

),

signals as (

    select distinct
        signal,
        dimension,
        governing_source

    from scorecard_signals

),

-- what counts anywhere, caps a score or raises an alert is stored on every day; what is
-- only watched, on the last day of a month
signals_of_every_day as (

    select signal from scorecard_signals

    where signal_weight > 0

    union

    select signal from {{ ref('score_caps') }}

    where signal is not null

    union

    select signal from {{ ref('alert_rules') }}

    where signal is not null

),

stored_signals as (

    select
        days_to_score.snapshot_date,
        signals.*,
        source_states.source_state

    from days_to_score

    inner join signals
        on
            signals.signal in (
                select signals_of_every_day.signal from signals_of_every_day
            )
            or extract(day from days_to_score.snapshot_date + 1) = 1

    left join source_states
        on
            signals.governing_source = source_states.source_table
            and days_to_score.snapshot_date = source_states.snapshot_date

)

select
    stored_signals.snapshot_date,
    versions.scorecard,
    versions.scorecard_version,
    stored_signals.signal,
    stored_signals.dimension,
    stored_signals.governing_source,
    stored_signals.source_state,
    scorecard_signals.signal_weight,
    scorecard_signals.dimension_weight,
    scorecard_signals.missing_policy,
    scorecard_signals.shape,
    scorecard_signals.direction,
    scorecard_signals.zero_at,
    scorecard_signals.fifty_at,
    scorecard_signals.hundred_at,
    scorecard_signals.hundred_until,
    scorecard_signals.zero_again_at

from stored_signals

cross join versions

left join scorecard_signals
    on
        versions.scorecard = scorecard_signals.scorecard
        and versions.scorecard_version = scorecard_signals.scorecard_version
        and stored_signals.signal = scorecard_signals.signal
