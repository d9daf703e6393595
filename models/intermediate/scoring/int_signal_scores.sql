-- One row per account per day to score per signal of its scorecard version: status, score by
-- the scorecard's knots, effective weight, and contribution to the health score in points.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

signal_values as (

    select * from {{ ref('int_signal_values') }}

),

scorecard_signals as (

    select
        scorecard_signals.*,
        signals.dimension,
        signals.governing_source,
        scorecard_dimensions.weight as dimension_weight,

        -- 1 when more is better, -1 when less is
        case
            when scorecard_signals.hundred_at > scorecard_signals.zero_at then 1 else -1
        end as direction,
        coalesce(
            scorecard_signals.fifty_at,
            (scorecard_signals.zero_at + scorecard_signals.hundred_at) / 2
        ) as middle_at

    from {{ ref('scorecard_signals') }} as scorecard_signals

    inner join {{ ref('signals') }} as signals
        on scorecard_signals.signal = signals.signal

    inner join {{ ref('scorecard_dimensions') }} as scorecard_dimensions
        on
            scorecard_signals.scorecard = scorecard_dimensions.scorecard
            and scorecard_signals.version = scorecard_dimensions.version
            and signals.dimension = scorecard_dimensions.dimension

),

source_states as (

    select * from {{ ref('int_source_states') }}

),

signal_rows as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        account_days.scorecard,
        account_days.scorecard_version,
        scorecard_signals.*,
        case
            when source_states.source_state is null then 'not applicable'
            when source_states.source_state = 'stale' then 'stale source'
            when signal_values.value is null then 'missing'
            else 'measured'
        end as status,
        signal_values.value as computed_value,

        -- in the direction in which more is better, so that one rule serves both
        signal_values.value * scorecard_signals.direction as x,
        scorecard_signals.zero_at * scorecard_signals.direction as x_zero,
        scorecard_signals.middle_at * scorecard_signals.direction as x_middle,
        scorecard_signals.hundred_at * scorecard_signals.direction as x_hundred,
        scorecard_signals.hundred_until * scorecard_signals.direction as x_until,
        scorecard_signals.zero_again_at * scorecard_signals.direction as x_zero_again

    from account_days

    inner join scorecard_signals
        on
            account_days.scorecard = scorecard_signals.scorecard
            and account_days.scorecard_version = scorecard_signals.version

    inner join signal_values
        on
            account_days.account_id = signal_values.account_id
            and account_days.snapshot_date = signal_values.snapshot_date
            and scorecard_signals.signal = signal_values.signal

    left join source_states
        on
            scorecard_signals.governing_source = source_states.source_table
            and account_days.snapshot_date = source_states.snapshot_date

),

measured_rows as (

    select
        *,
        case
            when status <> 'measured' then null
            when shape = 'step' then
                case
                    when x < x_middle or x >= x_zero_again then 0
                    when x < x_hundred or x > x_until then 50
                    else 100
                end
            when x <= x_zero or x >= x_zero_again then 0
            when x < x_middle then 50 * (x - x_zero) / (x_middle - x_zero)
            when x < x_hundred then 50 + 50 * (x - x_middle) / (x_hundred - x_middle)
            when x > x_until then 100 * (x_zero_again - x) / (x_zero_again - x_until)
            else 100
        end as measured_score

    from signal_rows

),

peer_medians as (

    select
        scorecard,
        scorecard_version,
        snapshot_date,
        signal,
        median(measured_score) as peer_score

    from measured_rows

    where
        missing_policy = 'peer_median'
        and measured_score is not null

    group by all

    having count(*) >= 5

),

scored_rows as (

    select
        measured_rows.account_id,
        measured_rows.snapshot_date,
        measured_rows.signal,
        measured_rows.dimension,
        measured_rows.dimension_weight,
        measured_rows.weight as signal_weight,
        measured_rows.status,
        case when measured_rows.status = 'measured' then measured_rows.computed_value end
            as value,
        case
            when measured_rows.status = 'measured' then measured_rows.measured_score
            when measured_rows.status <> 'missing' then null
            when measured_rows.missing_policy = 'peer_median' then peer_medians.peer_score
            when measured_rows.missing_policy = 'neutral' then 50
            when measured_rows.missing_policy = 'penalise' then 0
        end as score

    from measured_rows

    left join peer_medians
        on
            measured_rows.scorecard = peer_medians.scorecard
            and measured_rows.scorecard_version = peer_medians.scorecard_version
            and measured_rows.snapshot_date = peer_medians.snapshot_date
            and measured_rows.signal = peer_medians.signal

),

dimension_weights as (

    select
        account_id,
        snapshot_date,
        dimension,
        dimension_weight,
        sum(signal_weight) as configured,
        sum(case when status <> 'not applicable' then signal_weight else 0 end) as applicable,
        sum(case when score is not null then signal_weight else 0 end) as scored

    from scored_rows

    group by all

),

account_weights as (

    select
        account_id,
        snapshot_date,
        sum(case when configured > 0 then dimension_weight else 0 end) as configured,
        sum(case when applicable > 0 then dimension_weight else 0 end) as applicable,
        sum(case when scored > 0 then dimension_weight else 0 end) as scored

    from dimension_weights

    group by all

),

weighted_rows as (

    select
        scored_rows.*,

        -- what the scorecard says
        coalesce(
            scored_rows.signal_weight / nullif(dimension_weights.configured, 0)
            * scored_rows.dimension_weight / nullif(account_weights.configured, 0), 0
        ) as configured_weight,

        -- without what the company does not have: the base of coverage
        case
            when scored_rows.status = 'not applicable' then 0
            else coalesce(
                scored_rows.signal_weight / nullif(dimension_weights.applicable, 0)
                * scored_rows.dimension_weight / nullif(account_weights.applicable, 0), 0
            )
        end as applicable_weight,

        -- what was scored carries all the weight
        case
            when scored_rows.score is null then 0
            else coalesce(
                scored_rows.signal_weight / nullif(dimension_weights.scored, 0)
                * scored_rows.dimension_weight / nullif(account_weights.scored, 0), 0
            )
        end as weight

    from scored_rows

    inner join dimension_weights
        on
            scored_rows.account_id = dimension_weights.account_id
            and scored_rows.snapshot_date = dimension_weights.snapshot_date
            and scored_rows.dimension = dimension_weights.dimension

    inner join account_weights
        on
            scored_rows.account_id = account_weights.account_id
            and scored_rows.snapshot_date = account_weights.snapshot_date

)

select
    account_id,
    snapshot_date,
    signal,
    dimension,
    status,
    round(value, 6) as value,
    round(score, 4) as score,
    signal_weight,
    configured_weight,
    applicable_weight,
    weight,
    weight * (round(score, 4) - 50) as contribution

from weighted_rows
