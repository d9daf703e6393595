-- One row per signal, when an evaluation is due: how its values are read, and what it
-- weighs in the scorecards that are in force on the day of the evaluation.

with

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

signals as (

    select * from {{ ref('signals') }}

),

headline_window as (

    select * from {{ ref('backtest_windows') }}

    where is_headline = 1

),

-- the default is the one that asks for no attribute
scorecards_in_force as (

    select
        scorecards.scorecard,
        scorecards.version as scorecard_version,
        coalesce(
            scorecards.customer_type, scorecards.segment, scorecards.industry,
            scorecards.region, scorecards.size_band, scorecards.service_tier,
            scorecards.product, scorecards.lifecycle_stage
        ) is null as is_default

    from {{ ref('scorecards') }} as scorecards

    inner join evaluation_day
        on
            scorecards.effective_from <= evaluation_day.evaluated_on
            and coalesce(scorecards.effective_to, cast('9999-01-01' as date))
            > evaluation_day.evaluated_on

    where scorecards.status = 'published'

),

scorecard_signals as (

    select
        scorecard_signals.*,
        scorecards_in_force.is_default,
        sum(scorecard_signals.signal_weight) over (
            partition by
                scorecard_signals.scorecard,
                scorecard_signals.scorecard_version,
                scorecard_signals.dimension
        ) as all_signal_weights

    from {{ ref('int_scorecard_signals') }} as scorecard_signals

    inner join scorecards_in_force
        on
            scorecard_signals.scorecard = scorecards_in_force.scorecard
            and scorecard_signals.scorecard_version
            = scorecards_in_force.scorecard_version

),

default_signals as (

    select * from scorecard_signals

    where is_default

),

-- a dimension of which no signal has weight does not count
default_dimensions as (

    select sum(dimension_weight) as all_dimension_weights

    from (
        select distinct
            dimension,
            dimension_weight

        from default_signals

        where signal_weight > 0
    ) as dimensions

),

weighted_signals as (

    select distinct signal from scorecard_signals

    where
        signal_weight > 0
        and dimension_weight > 0

)

select
    evaluation_day.evaluated_on,
    signals.signal,
    signals.label,
    signals.dimension,
    signals.better,
    signals.used_from_days_before_outcome,
    signals.used_from_days_before_outcome > headline_window.lead_days
        as may_know_outcome,

    -- of 1, when all is measured; 0 where the default does not show it
    coalesce({{ rounded(
        'default_signals.signal_weight'
        ~ ' / nullif(default_signals.all_signal_weights, 0)'
        ~ ' * default_signals.dimension_weight'
        ~ ' / nullif(default_dimensions.all_dimension_weights, 0)', 9
    ) }}, 0) as weight,
    weighted_signals.signal is not null as has_weight,
    default_signals.shape,
    default_signals.direction,
    default_signals.zero_at,
    default_signals.fifty_at,
    default_signals.hundred_at,
    default_signals.hundred_until,
    default_signals.zero_again_at

from evaluation_day

cross join signals

cross join headline_window

cross join default_dimensions

left join default_signals
    on signals.signal = default_signals.signal

left join weighted_signals
    on signals.signal = weighted_signals.signal
