-- One row per account per month-end that an evaluation looks at: what the snapshot of
-- that day said of an account that was a customer on it. Those in the grace days after
-- their end are none.

with

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

spells as (

    select * from {{ ref('int_customer_spells') }}

),

headline_windows as (

    select horizon_days + lead_days as days_ahead

    from {{ ref('backtest_windows') }}

    where is_headline = 1

),

month_ends as (

    select
        stored_days.snapshot_date as observation_date,
        evaluation_day.evaluated_on,

        -- those whose window of the headline is fully observed
        case
            when
                stored_days.snapshot_date
                + headline_windows.days_ahead
                + {{ var('churn_grace_days') }}
                <= evaluation_day.observed_until
                then stored_days.snapshot_date
        end as observed_date

    from {{ ref('int_stored_days') }} as stored_days

    inner join evaluation_day
        on
            stored_days.snapshot_date <= evaluation_day.evaluated_on
            and (
                extract(year from evaluation_day.evaluated_on)
                - extract(year from stored_days.snapshot_date)
            ) * 12
            + extract(month from evaluation_day.evaluated_on)
            - extract(month from stored_days.snapshot_date)
            < {{ var('backtest_months') }}

    cross join headline_windows

    where stored_days.snapshot_date = last_day(stored_days.snapshot_date)

),

-- in an odd number of month-ends, the one in the middle belongs to the earlier half
halves as (

    select
        observation_date,
        evaluated_on,
        coalesce(
            2 * count(observed_date) over (
                order by observation_date
                rows between unbounded preceding and current row
            ) > count(observed_date) over () + 1,
            false
        ) as is_later_half

    from month_ends

),

observations as (

    select
        account_health_daily.account_id,
        halves.observation_date,
        halves.evaluated_on,
        halves.is_later_half,

        -- score
        account_health_daily.scorecard,
        account_health_daily.scorecard_version,
        account_health_daily.health_score,
        account_health_daily.uncapped_health_score,
        account_health_daily.health_band,
        account_health_daily.settled_band,
        account_health_daily.relationship_score,
        account_health_daily.impact_score,
        account_health_daily.quadrant,
        account_health_daily.coverage,

        -- what was true of the account
        account_health_daily.segment,
        account_health_daily.lifecycle_stage,
        account_health_daily.arr,
        account_health_daily.days_to_renewal,
        account_health_daily.owner_id,

        -- the end of the time as a customer in which the day lies
        spells.spell_to,
        spells.loss,
        spells.merged_on

    from account_health_daily

    inner join halves
        on account_health_daily.snapshot_date = halves.observation_date

    inner join spells
        on
            account_health_daily.account_id = spells.account_id
            and halves.observation_date >= spells.spell_from
            and halves.observation_date < spells.spell_to

)

select * from observations
