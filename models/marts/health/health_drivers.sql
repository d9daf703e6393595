-- One row per account in scope on the latest day per effect (helps, hurts) and rank 1
-- to 3: the signals that help and hurt its score most, in words.

with

signal_scores as (

    select
        signal_scores_daily.*,

        -- points that a perfect score of the signal would add
        {{ rounded(
            'signal_scores_daily.weight * (100 - signal_scores_daily.score)', 4
        ) }} as points_to_gain,
        case when signal_scores_daily.contribution > 0 then 'helps' else 'hurts' end
            as effect

    from {{ ref('signal_scores_daily') }} as signal_scores_daily

    where
        signal_scores_daily.snapshot_date = (
            select max(account_health_daily.snapshot_date)
            from {{ ref('account_health_daily') }} as account_health_daily
        )
        and signal_scores_daily.weight > 0
        and signal_scores_daily.score is not null

        -- less is shown as 0.0
        and abs(signal_scores_daily.contribution) >= 0.05

        -- what stands in for the unknown is no help; if it costs points, it is a reason
        and (
            signal_scores_daily.status = 'measured'
            or signal_scores_daily.contribution < 0
        )

),

ranked as (

    select
        *,
        row_number() over (
            partition by account_id, effect
            order by abs(contribution) desc, signal asc
        ) as driver_rank

    from signal_scores

),

worded as (

    select
        ranked.*,
        coalesce(signals.label, ranked.signal) as label,
        signals.value_format,
        signals.value_words,
        signals.zero_words,
        signals.action,
        cast({{ rounded('abs(ranked.contribution)', 1) }} as decimal(6, 1))
            as shown_points

    from ranked

    -- a signal that is no more in the seed has no words any more
    left join {{ ref('signals') }} as signals
        on ranked.signal = signals.signal

    where ranked.driver_rank <= 3

),

said as (

    select
        *,
        case
            when value is null then 'not measured'
            else {{ value_in_words('value') }}
        end as what_it_is

    from worded

)

select
    account_id,
    effect,
    cast(driver_rank as int) as driver_rank,
    snapshot_date,
    dimension,
    signal,
    label,
    value,
    score,
    contribution as points,
    points_to_gain,
    concat(
        label,
        case when what_it_is is not null then concat(', ', what_it_is) else '' end,
        case when effect = 'helps' then ', added ' else ', cost ' end,
        cast(shown_points as string),
        ' points'
    ) as sentence,
    action

from said
