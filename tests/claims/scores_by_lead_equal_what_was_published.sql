-- Where no signal that counted on the day is left out of the health score of a lead
-- time, that score is the one that was published, but for the last digits.

with

leads as (

    select distinct lead_days from {{ ref('backtest_windows') }}

),

-- account-days of which something was left out, in the score or in a cap
shortened as (

    select distinct
        signal_scores.account_id,
        signal_scores.snapshot_date,
        leads.lead_days

    from {{ ref('signal_scores_daily') }} as signal_scores

    inner join {{ ref('signals') }} as signals
        on signal_scores.signal = signals.signal

    inner join leads
        on signals.used_from_days_before_outcome > leads.lead_days

    where
        signal_scores.snapshot_date in (
            select observations.observation_date
            from {{ ref('int_observations') }} as observations
        )
        and (
            signal_scores.weight > 0
            or signal_scores.signal in (
                select score_caps.signal from {{ ref('score_caps') }} as score_caps
                where score_caps.signal is not null
            )
        )

)

select
    scores.account_id,
    scores.observation_date,
    scores.lead_days,
    scores.health_score,
    observations.health_score as published_health_score

from {{ ref('int_health_scores_by_lead') }} as scores

inner join {{ ref('int_observations') }} as observations
    on
        scores.account_id = observations.account_id
        and scores.observation_date = observations.observation_date

left join shortened
    on
        scores.account_id = shortened.account_id
        and scores.observation_date = shortened.snapshot_date
        and scores.lead_days = shortened.lead_days

where
    (scores.health_score is not null and observations.health_score is null)
    or (
        shortened.account_id is null
        and (
            (scores.health_score is null) <> (observations.health_score is null)
            or abs(scores.health_score - observations.health_score) > 0.001
        )
    )
