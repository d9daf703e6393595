-- One row per day to score, scorecard version and signal that is stored on that day:
-- how the signal is scored, and the state of its source.

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

-- what counts anywhere, caps a score or makes alerts is stored on every day; what is
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

)

select
    days_to_score.snapshot_date,
    scorecard_signals.*,
    source_states.source_state

from days_to_score

inner join scorecard_signals
    on
        scorecard_signals.signal in (
            select signals_of_every_day.signal from signals_of_every_day
        )
        or extract(day from days_to_score.snapshot_date + 1) = 1

left join source_states
    on
        scorecard_signals.governing_source = source_states.source_table
        and days_to_score.snapshot_date = source_states.snapshot_date
