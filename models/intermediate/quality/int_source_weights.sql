-- One row per day to score per scorecard version per raw table that governs a signal
-- with weight: its share of the scorecard, and of what applies to the company. These
-- are the shares that coverage is counted in.

with

signals as (

    select
        *,

        -- what the company does not have is outside coverage
        case when source_state is not null then signal_weight else 0 end
            as applicable_weight

    from {{ ref('int_scorecard_signal_days') }}

    where signal_weight > 0

),

dimensions as (

    select
        snapshot_date,
        scorecard,
        scorecard_version,
        dimension,
        dimension_weight,
        {{ exact_sum('signal_weight') }} as signal_weight,
        nullif({{ exact_sum('applicable_weight') }}, 0) as applicable_weight

    from signals

    group by
        snapshot_date, scorecard, scorecard_version, dimension, dimension_weight

),

scorecards as (

    select
        snapshot_date,
        scorecard,
        scorecard_version,
        nullif({{ exact_sum('dimension_weight') }}, 0) as dimension_weight,
        nullif({{ exact_sum(
            'case when applicable_weight is not null then dimension_weight end'
        ) }}, 0) as applicable_weight

    from dimensions

    group by snapshot_date, scorecard, scorecard_version

),

source_weights as (

    select
        signals.snapshot_date,
        signals.scorecard,
        signals.scorecard_version,
        signals.governing_source,
        count(*) as signals,
        {{ exact_sum(
            'signals.signal_weight / dimensions.signal_weight'
            ~ ' * dimensions.dimension_weight / scorecards.dimension_weight'
        ) }} as configured_weight,
        {{ exact_sum(
            'signals.applicable_weight / dimensions.applicable_weight'
            ~ ' * dimensions.dimension_weight / scorecards.applicable_weight'
        ) }} as weight

    from signals

    inner join dimensions
        on
            signals.snapshot_date = dimensions.snapshot_date
            and signals.scorecard = dimensions.scorecard
            and signals.scorecard_version = dimensions.scorecard_version
            and signals.dimension = dimensions.dimension

    inner join scorecards
        on
            signals.snapshot_date = scorecards.snapshot_date
            and signals.scorecard = scorecards.scorecard
            and signals.scorecard_version = scorecards.scorecard_version

    group by
        signals.snapshot_date, signals.scorecard, signals.scorecard_version,
        signals.governing_source

)

select * from source_weights
