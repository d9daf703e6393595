-- One row per account in scope on the latest day: its health on that day, how it
-- changed, and the signals that help and hurt most.

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health_daily

),

signal_scores as (

    select
        signal_scores_daily.account_id,
        signal_scores_daily.signal,
        signal_scores_daily.contribution,
        cast({{ rounded('signal_scores_daily.contribution', 1) }} as decimal(6, 1))
            as shown_points,

        -- points that a perfect score of the signal would add
        {{ rounded(
            'signal_scores_daily.weight * (100 - signal_scores_daily.score)', 4
        ) }} as points_to_gain,
        row_number() over (
            partition by signal_scores_daily.account_id
            order by
                signal_scores_daily.contribution desc, signal_scores_daily.signal asc
        ) as help_rank,
        row_number() over (
            partition by signal_scores_daily.account_id
            order by signal_scores_daily.contribution, signal_scores_daily.signal
        ) as hurt_rank

    from {{ ref('signal_scores_daily') }} as signal_scores_daily

    inner join latest_day
        on signal_scores_daily.snapshot_date = latest_day.snapshot_date

    where
        signal_scores_daily.weight > 0
        and signal_scores_daily.score is not null

        -- what stands in for the unknown is no help; if it costs points, it is a reason
        and (
            signal_scores_daily.status = 'measured'
            or signal_scores_daily.contribution < 0
        )

),

drivers as (

    select
        account_id,
        concat_ws(
            '; '
            {%- for rank in [1, 2, 3] %},
            max(
                case
                    when help_rank = {{ rank }} and contribution >= 0.05
                        then concat(signal, ' +', cast(shown_points as string))
                end
            )
            {%- endfor %}
        ) as helping_signals,
        concat_ws(
            '; '
            {%- for rank in [1, 2, 3] %},
            max(
                case
                    when hurt_rank = {{ rank }} and contribution <= -0.05
                        then concat(signal, ' ', cast(shown_points as string))
                end
            )
            {%- endfor %}
        ) as hurting_signals,
        max(case when hurt_rank = 1 and contribution <= -0.05 then signal end)
            as worst_signal,
        max(case when hurt_rank = 1 and contribution <= -0.05 then points_to_gain end)
            as points_to_gain

    from signal_scores

    group by account_id

),

current_health as (

    select
        account_health.account_id,
        accounts.account_name,
        account_health.snapshot_date,
        account_health.owner_id,
        account_health.parent_account_id,

        -- score
        account_health.scorecard,
        account_health.scorecard_version,
        account_health.health_score,
        account_health.uncapped_health_score,
        account_health.coverage,
        account_health.applicable_share,
        account_health.health_band,
        account_health.settled_band,
        account_health.relationship_score,
        account_health.impact_score,
        account_health.quadrant,
        account_health.cap,

        -- change
        {%- for days in [7, 28, 90] %}
        {{ rounded(
            'account_health.health_score - before_' ~ days ~ '.health_score', 4
        ) }}
            as change_{{ days }}d,
        {%- endfor %}
        account_standing.momentum,
        account_standing.direction,
        account_standing.is_watermelon,

        -- why, and what to do
        nullif(drivers.helping_signals, '') as helping_signals,
        nullif(drivers.hurting_signals, '') as hurting_signals,
        drivers.points_to_gain,
        signals.action,
        cast(null as double) as renewal_probability,

        -- what was true of the account
        account_health.arr,
        account_health.segment,
        account_health.industry,
        account_health.region,
        account_health.size_band,
        account_health.service_tier,
        account_health.product,
        account_health.lifecycle_stage,
        account_health.tenure_days,
        account_health.days_to_renewal,
        account_health.run_id,
        account_health.computed_at

    from account_health_daily as account_health

    inner join latest_day
        on account_health.snapshot_date = latest_day.snapshot_date

    -- an account that was deleted since has no name any more
    left join {{ ref('stg_crm__accounts') }} as accounts
        on account_health.account_id = accounts.account_id

    left join {{ ref('int_account_standing') }} as account_standing
        on account_health.account_id = account_standing.account_id

    left join drivers
        on account_health.account_id = drivers.account_id

    left join {{ ref('signals') }} as signals
        on drivers.worst_signal = signals.signal

    {%- for days in [7, 28, 90] %}

    left join account_health_daily as before_{{ days }}
        on
            account_health.account_id = before_{{ days }}.account_id
            and account_health.snapshot_date - {{ days }}
            = before_{{ days }}.snapshot_date
    {%- endfor %}

)

select * from current_health
