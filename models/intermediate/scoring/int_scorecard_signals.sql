-- One row per scorecard version and signal: weights, and the knots turned so that more
-- is always better; one rule then scores every signal.

with

scorecard_signals as (

    select
        *,

        -- less is better when the value for 0 lies above that for 100
        case when hundred_at > zero_at then 1 else -1 end as direction

    from {{ ref('scorecard_signals') }}

),

signals as (

    select * from {{ ref('signals') }}

),

scorecard_dimensions as (

    select * from {{ ref('scorecard_dimensions') }}

),

turned as (

    select
        scorecard_signals.scorecard,
        scorecard_signals.version as scorecard_version,
        scorecard_signals.signal,
        signals.dimension,
        {%- if var('customer_definition') == 'activity' %}
        coalesce(signals.governing_source_activity, signals.governing_source)
            as governing_source,
        {%- else %}
        signals.governing_source,
        {%- endif %}
        scorecard_signals.weight as signal_weight,
        scorecard_dimensions.weight as dimension_weight,
        scorecard_signals.missing_policy,
        scorecard_signals.shape,
        scorecard_signals.direction,
        scorecard_signals.direction * scorecard_signals.zero_at as zero_at,
        scorecard_signals.direction
        * coalesce(
            scorecard_signals.fifty_at,
            (scorecard_signals.zero_at + scorecard_signals.hundred_at) / 2
        ) as fifty_at,
        scorecard_signals.direction * scorecard_signals.hundred_at as hundred_at,
        scorecard_signals.direction * scorecard_signals.hundred_until as hundred_until,
        scorecard_signals.direction * scorecard_signals.zero_again_at as zero_again_at

    from scorecard_signals

    inner join signals
        on scorecard_signals.signal = signals.signal

    inner join scorecard_dimensions
        on
            scorecard_signals.scorecard = scorecard_dimensions.scorecard
            and scorecard_signals.version = scorecard_dimensions.version
            and signals.dimension = scorecard_dimensions.dimension

)

select * from turned
