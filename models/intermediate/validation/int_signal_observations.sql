-- One row per account per observed month-end per signal that was measured then: its
-- value, the same turned so that higher is healthier, and what happened afterwards.

with

observation_groups as (

    select * from {{ ref('int_observation_groups') }}

),

evaluated_signals as (

    select * from {{ ref('int_evaluated_signals') }}

),

signal_scores as (

    select
        account_id,
        snapshot_date,
        signal,
        status,
        value

    from {{ ref('signal_scores_daily') }}

    where
        status = 'measured'
        and snapshot_date in (
            select observation_groups.observation_date from observation_groups
        )

),

observations as (

    select
        observation_groups.*,
        signal_scores.signal,
        signal_scores.status,
        signal_scores.value

    from signal_scores

    inner join observation_groups
        on
            signal_scores.account_id = observation_groups.account_id
            and signal_scores.snapshot_date = observation_groups.observation_date

),

-- where the middle is best and the default scorecard does not say where it lies
usual_values as (

    select
        observations.signal,
        {{ exact_quantile('observations.value', 0.5) }} as usual_value

    from observations

    inner join evaluated_signals
        on observations.signal = evaluated_signals.signal

    where
        evaluated_signals.better = 'middle'
        and evaluated_signals.shape is null
        and observations.outcome_group = 'stayed'

    group by observations.signal

),

read_observations as (

    select
        observations.*,
        evaluated_signals.better,
        evaluated_signals.shape,
        observations.value * evaluated_signals.direction as x,
        evaluated_signals.zero_at,
        evaluated_signals.fifty_at,
        evaluated_signals.hundred_at,
        evaluated_signals.hundred_until,
        evaluated_signals.zero_again_at,
        usual_values.usual_value

    from observations

    inner join evaluated_signals
        on observations.signal = evaluated_signals.signal

    left join usual_values
        on observations.signal = usual_values.signal

)

select
    account_id,
    observation_date,
    evaluated_on,
    signal,
    value,
    case
        when better = 'more' then value
        when better = 'less' then 0 - value
        when shape is null then 0 - abs(value - usual_value)
        else {{ rounded(measured_score(), 4) }}
    end as health_value,
    lost,
    contracted,
    expanded,
    outcome_group

from read_observations
