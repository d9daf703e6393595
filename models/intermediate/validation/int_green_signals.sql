-- One row per signal that was measured at the month-end of an account that was lost
-- while green (lost_on), or was green on such a month-end and stayed (no lost_on): its
-- score, and whether it lies below the border of the worst band.

{{ config(materialized='view') }}

with

best_bands as (

    select * from {{ ref('int_health_bands') }}

    where below_score > 100

),

worst_bands as (

    select
        effective_from,
        effective_to,
        min(below_score) as red_below

    from {{ ref('int_health_bands') }}

    group by effective_from, effective_to

),

green_losses as (

    select * from {{ ref('int_green_losses') }}

),

green_accounts as (

    select
        observations.evaluated_on,
        observations.account_id,
        observations.observation_date as month_end,
        observations.scorecard,
        green_losses.lost_on

    from {{ ref('int_observations') }} as observations

    inner join {{ ref('backtest_windows') }} as windows
        on windows.is_headline = 1

    left join green_losses
        on
            observations.account_id = green_losses.account_id
            and observations.observation_date = green_losses.month_end

    left join best_bands
        on
            coalesce(observations.settled_band, observations.health_band)
            = best_bands.band
            and observations.observation_date >= best_bands.effective_from
            and observations.observation_date < best_bands.effective_to

    where
        green_losses.lost_on is not null

        -- the others: as far as is known, not lost by the end of the headline window
        or (
            best_bands.band is not null
            and (
                observations.loss is null
                or observations.spell_to
                > observations.observation_date
                + windows.lead_days
                + windows.horizon_days
            )
            and observations.observation_date in (
                select all_losses.month_end from green_losses as all_losses
            )
        )

)

select
    green_accounts.evaluated_on,
    green_accounts.account_id,
    green_accounts.month_end,
    green_accounts.scorecard,
    green_accounts.lost_on,
    signal_scores.signal,
    signal_scores.value,
    signal_scores.score,
    signal_scores.score < worst_bands.red_below as is_red

from green_accounts

inner join {{ ref('signal_scores_daily') }} as signal_scores
    on
        green_accounts.account_id = signal_scores.account_id
        and green_accounts.month_end = signal_scores.snapshot_date

inner join worst_bands
    on
        signal_scores.snapshot_date >= worst_bands.effective_from
        and signal_scores.snapshot_date < worst_bands.effective_to

where
    signal_scores.status = 'measured'
    and signal_scores.score is not null
