-- One row per signal and outcome: how well it tells who will have the outcome, and what
-- is left of that when so many signals are tried at once.

with

evaluated_signals as (

    select * from {{ ref('int_evaluated_signals') }}

),

signal_aucs as (

    select * from {{ ref('int_signal_aucs') }}

),

thresholds as (

    select
        max(case when threshold = 'signal_false_discovery_share' then value end)
            as false_discovery_share

    from {{ ref('thresholds') }}

),

dates as (

    select
        signal,
        observation_date,
        sum(observations) as observations,
        sum(power(observations, 3)) as cubes

    from {{ ref('int_signal_value_ranks') }}

    group by signal, observation_date

),

-- the variance of a rank, which is the less the more accounts have the same value
rank_variances as (

    select
        signal,
        sum(observations * (1 - cubes / power(observations, 3)) / 12)
        / sum(observations) as rank_variance

    from dates

    group by signal

),

aucs as (

    select
        evaluated_signals.signal,
        evaluated_signals.may_know_outcome,
        within_date.outcome,
        within_date.observations,
        within_date.accounts,
        within_date.accounts_with_outcome,
        within_date.auc,
        within_date.auc_low,
        within_date.auc_high,
        pooled.auc as pooled_auc,
        pooled.auc_low as pooled_auc_low,
        pooled.auc_high as pooled_auc_high,
        within_date.standard_error,

        -- if the signal told nothing, and an account counted once
        coalesce(
            sqrt(
                rank_variances.rank_variance * (
                    1.0 / within_date.accounts_with_outcome
                    + 1.0 / within_date.accounts_without_outcome
                )
            ), 0
        ) as standard_error_by_chance

    from evaluated_signals

    inner join signal_aucs as within_date
        on
            evaluated_signals.signal = within_date.signal
            and within_date.comparison = 'within_date'

    left join signal_aucs as pooled
        on
            within_date.signal = pooled.signal
            and within_date.outcome = pooled.outcome
            and pooled.comparison = 'pooled'

    left join rank_variances
        on evaluated_signals.signal = rank_variances.signal

),

-- by the larger of the two: when none of a few accounts has what is rare, they seem
-- to agree
distances as (

    select
        *,
        case
            when auc = 0.5 then 0
            when standard_error > standard_error_by_chance
                then (auc - 0.5) / standard_error
            else (auc - 0.5) / nullif(standard_error_by_chance, 0)
        end as z

    from aucs

),

-- what may know the outcome is no discovery, and is not counted as a try
tried as (

    select
        signal,
        outcome,
        {{ chance_of('z') }} as p_value,
        row_number() over (
            partition by outcome order by abs(z) desc, signal asc
        ) as place,
        count(*) over (partition by outcome) as tries,

        -- how far from 0.5 the nearer end of the interval is; below 0 it lies beyond
        case when auc >= 0.5 then auc_low - 0.5 else 0.5 - auc_high end
            as sure_distance

    from distances

    where
        z is not null
        and not may_know_outcome

),

-- Benjamini and Hochberg: no signal is likelier chance than one that stands out less
adjusted as (

    select
        signal,
        outcome,
        p_value,
        min(p_value * tries / place) over (
            partition by outcome
            order by place
            rows between current row and unbounded following
        ) as adjusted_p_value,
        row_number() over (
            partition by outcome order by sure_distance desc, signal asc
        ) as rank_in_outcome

    from tried

),

verdicts as (

    select
        distances.*,
        {{ rounded('adjusted.p_value', 6) }} as p_value,
        {{ rounded('adjusted.adjusted_p_value', 6) }} as adjusted_p_value,
        cast(adjusted.rank_in_outcome as int) as rank_in_outcome,
        case
            when distances.auc is null then 'not enough'
            when distances.may_know_outcome then 'may know the outcome'
            when adjusted.adjusted_p_value > thresholds.false_discovery_share
                then 'no better than chance'
            when adjusted.adjusted_p_value is null then 'no better than chance'
            when distances.auc > 0.5 then 'predicts'
            else 'points the wrong way'
        end as verdict

    from distances

    cross join thresholds

    left join adjusted
        on
            distances.signal = adjusted.signal
            and distances.outcome = adjusted.outcome

)

select * from verdicts
