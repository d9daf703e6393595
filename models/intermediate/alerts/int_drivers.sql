-- One row per account of the latest day of history per action that one of its signals
-- calls for: the signal that hurts most, and all that there is to gain.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('account_health_daily') }}

),

account_health as (

    select
        account_health_daily.account_id,
        account_health_daily.snapshot_date,
        account_health_daily.lifecycle_stage,

        -- what has settled does not change what is to be done from day to day
        coalesce(account_health_daily.settled_band, account_health_daily.health_band)
            as band

    from {{ ref('account_health_daily') }} as account_health_daily

    inner join latest_day
        on account_health_daily.snapshot_date = latest_day.snapshot_date

),

-- below neutral (50) a signal costs points; what stands in for the unknown as well
hurting_signals as (

    select
        signal_scores.account_id,
        signal_scores.signal,
        signal_scores.value,
        signal_scores.score,
        signal_scores.contribution,
        signals.action,
        {{ rounded('signal_scores.weight * (100 - signal_scores.score)', 4) }}
            as points_to_gain,
        row_number() over (
            partition by signal_scores.account_id, signals.action
            order by signal_scores.contribution, signal_scores.signal
        ) as hurt_rank

    from {{ ref('signal_scores_daily') }} as signal_scores

    inner join latest_day
        on signal_scores.snapshot_date = latest_day.snapshot_date

    inner join {{ ref('signals') }} as signals
        on signal_scores.signal = signals.signal

    where
        signal_scores.weight > 0
        and signal_scores.score < 50
        and signal_scores.signal not in (
            select action_rules.signal from {{ ref('action_rules') }} as action_rules

            where action_rules.signal is not null
        )

),

drivers as (

    select
        account_id,
        action,
        max(case when hurt_rank = 1 then signal end) as driver,
        max(case when hurt_rank = 1 then value end) as driver_value,
        max(case when hurt_rank = 1 then score end) as driver_score,
        max(case when hurt_rank = 1 then contribution end) as driver_contribution,
        cast(count(*) as int) as hurting_signals,
        {{ exact_sum('points_to_gain', 4) }} as points_to_gain

    from hurting_signals

    group by account_id, action

)

select
    drivers.account_id,
    account_health.snapshot_date,
    account_health.band,
    account_health.lifecycle_stage,
    drivers.action,
    drivers.driver,
    drivers.driver_value,
    drivers.driver_score,
    drivers.driver_contribution,
    drivers.hurting_signals,
    drivers.points_to_gain

from drivers

inner join account_health
    on drivers.account_id = account_health.account_id
