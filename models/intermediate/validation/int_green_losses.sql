-- One row per account per loss that was green shortly before: settled in the best band
-- on the last month-end before the lead of the headline window, or 30 days before the
-- loss. Only losses whose month-end is evaluated; nothing unless an evaluation is due.

with

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

best_bands as (

    select * from {{ ref('int_health_bands') }}

    where below_score > 100

),

losses as (

    select
        evaluation_day.evaluated_on,
        account_outcomes.account_id,
        account_outcomes.outcome,
        account_outcomes.outcome_date as lost_on,
        account_outcomes.reason,
        account_outcomes.arr_before as arr_lost,

        -- the last end of a month before the lead
        cast(
            date_trunc(
                'month', account_outcomes.outcome_date - windows.lead_days
            ) as date
        ) - 1 as month_end

    from {{ ref('account_outcomes') }} as account_outcomes

    cross join evaluation_day

    inner join {{ ref('backtest_windows') }} as windows
        on windows.is_headline = 1

    where account_outcomes.outcome in ('churned', 'inactive')

),

days_before as (

    select
        losses.account_id,
        losses.lost_on,
        {%- for name, day in [
            ('at_month_end', 'losses.month_end'),
            ('30_days_before', 'losses.lost_on - 30'),
            ('90_days_before', 'losses.lost_on - 90'),
        ] %}

        -- null without a stored day
        max(
            case
                when account_health.snapshot_date = {{ day }}
                    then case when best_bands.band is not null then 1 else 0 end
            end
        ) = 1 as was_green_{{ name }},
        {%- endfor %}
        max(case when best_bands.band is not null then account_health.snapshot_date end)
            as last_green_on

    from losses

    inner join {{ ref('account_health_daily') }} as account_health
        on
            losses.account_id = account_health.account_id
            and account_health.snapshot_date >= losses.lost_on - 365
            and losses.lost_on > account_health.snapshot_date

    left join best_bands
        on
            coalesce(account_health.settled_band, account_health.health_band)
            = best_bands.band
            and account_health.snapshot_date >= best_bands.effective_from
            and account_health.snapshot_date < best_bands.effective_to

    group by losses.account_id, losses.lost_on

)

select
    losses.evaluated_on,
    losses.account_id,
    losses.outcome,
    losses.lost_on,
    losses.reason,
    losses.arr_lost,
    losses.month_end,
    days_before.was_green_at_month_end,
    days_before.was_green_30_days_before,
    days_before.was_green_90_days_before,
    days_before.last_green_on

from losses

inner join days_before
    on
        losses.account_id = days_before.account_id
        and losses.lost_on = days_before.lost_on

where
    (days_before.was_green_at_month_end or days_before.was_green_30_days_before)
    and losses.month_end in (
        select observations.observation_date
        from {{ ref('int_observations') }} as observations
    )
