-- One row per evaluation per account per loss that came while the account was green, or
-- had been 30 days before: what it looked like at the last month-end before the lead,
-- and which of its signals were red then, the most unusual among green accounts first.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

green_losses as (

    select * from {{ ref('int_green_losses') }}

),

-- in the mean of the green accounts of the month-end that stayed; scorecards show more
-- signals or fewer
usual as (

    select
        month_end,
        scorecard,
        {{ rounded(
            'sum(case when is_red then 1 else 0 end) / count(distinct account_id)',
            1
        ) }} as usual_red_signals

    from {{ ref('int_green_signals') }}

    where lost_on is null

    group by month_end, scorecard

)

select
    -- keys
    green_losses.evaluated_on,
    green_losses.account_id,
    green_losses.lost_on,

    -- loss
    accounts.account_name,
    green_losses.outcome,
    green_losses.reason,
    coalesce(green_losses.arr_lost, account_health.arr) as arr_lost,

    -- when it was green
    green_losses.was_green_at_month_end,
    green_losses.was_green_30_days_before,
    green_losses.was_green_90_days_before,
    green_losses.last_green_on,

    -- what it looked like
    green_losses.month_end,
    account_health.health_score,
    coalesce(account_health.settled_band, account_health.health_band) as settled_band,
    account_health.relationship_score,
    account_health.impact_score,
    account_health.quadrant,
    account_health.cap,
    account_health.coverage,
    account_health.scorecard,
    account_health.scorecard_version,
    account_health.segment,
    account_health.owner_id,
    ratings.value as csm_rating,

    -- which signals knew
    coalesce(loss_signals.measured_signals, 0) as measured_signals,
    coalesce(loss_signals.red_signals, 0) as red_signals,
    usual.usual_red_signals,
    loss_signals.signals_that_knew,
    '{{ invocation_id }}' as run_id

from green_losses

left join {{ ref('account_health_daily') }} as account_health
    on
        green_losses.account_id = account_health.account_id
        and green_losses.month_end = account_health.snapshot_date

left join {{ ref('stg_crm__accounts') }} as accounts
    on green_losses.account_id = accounts.account_id

-- also where the scorecard does not show it
left join {{ ref('signal_scores_daily') }} as ratings
    on
        green_losses.account_id = ratings.account_id
        and green_losses.month_end = ratings.snapshot_date
        and ratings.signal = 'csm_sentiment_90d'

left join {{ ref('int_loss_signals') }} as loss_signals
    on
        green_losses.account_id = loss_signals.account_id
        and green_losses.lost_on = loss_signals.lost_on

left join usual
    on
        green_losses.month_end = usual.month_end
        and account_health.scorecard = usual.scorecard
