-- One row per account per past quarter in which its next renewal lay on the eve of the
-- quarter: the probability of churn as it would have been forecast then, and what
-- became of it. Only quarters whose last renewal is decided. Nothing unless an
-- evaluation is due.

with

observations as (

    select
        observations.*,
        cast(
            date_trunc('quarter', observations.observation_date + 1) as date
        ) as quarter_from,

        -- every quarter has fewer than 95 days, and two have more
        cast(
            date_trunc('quarter', observations.observation_date + 96) as date
        ) as next_quarter_from

    from {{ ref('int_renewal_observations') }} as observations

),

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

past_renewals as (

    select
        observations.evaluated_on,
        observations.account_id,
        observations.observation_date as forecast_on,
        concat(
            cast(extract(year from observations.quarter_from) as string),
            ' Q',
            cast(extract(quarter from observations.quarter_from) as string)
        ) as renewal_quarter,
        observations.settled_band,
        observations.renewal_bucket,
        observations.renewal_on,
        observations.arr,
        observations.is_lost

    from observations

    inner join evaluation_day
        on
            observations.next_quarter_from - 1 + 2 * {{ var('churn_grace_days') }}
            <= evaluation_day.observed_until

    where
        observations.observation_date = observations.quarter_from - 1
        and observations.renewal_on >= observations.quarter_from
        and observations.renewal_on < observations.next_quarter_from

)

select
    past_renewals.evaluated_on,
    past_renewals.account_id,
    past_renewals.forecast_on,
    past_renewals.renewal_quarter,
    past_renewals.settled_band,
    past_renewals.renewal_bucket,
    past_renewals.renewal_on,
    past_renewals.arr,
    past_renewals.is_lost,
    odds.based_on,
    odds.based_on_renewals,
    odds.probability as churn_probability

from past_renewals

inner join {{ ref('int_renewal_odds') }} as odds
    on
        past_renewals.forecast_on = odds.forecast_on
        and past_renewals.settled_band = odds.settled_band
        and past_renewals.renewal_bucket = odds.renewal_bucket
        and odds.outcome = 'churned'
