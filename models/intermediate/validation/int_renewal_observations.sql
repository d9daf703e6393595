-- One row per account per month-end on which a renewal lay ahead: band and days to the
-- renewal as they were known, and whether the account was lost by churn_grace_days
-- after it, or grew by then. Nothing unless an evaluation is due.

with

renewal_buckets as (

    select
        renewal_bucket,
        min_days,
        lead(min_days, 1, 1000000) over (order by min_days) as next_min_days

    from {{ ref('renewal_buckets') }}

),

account_outcomes as (

    select * from {{ ref('account_outcomes') }}

),

observations as (

    select
        observations.account_id,
        observations.observation_date,
        observations.evaluated_on,
        coalesce(observations.settled_band, observations.health_band) as settled_band,
        renewal_buckets.renewal_bucket,
        observations.arr,
        observations.observation_date + observations.days_to_renewal as renewal_on,

        -- who leaves within the grace days after it has not renewed
        observations.observation_date
        + observations.days_to_renewal
        + {{ var('churn_grace_days') }} as decided_on,

        -- the end of the time under this id, where it was not lost: it was merged
        case when observations.loss is null then observations.spell_to end
            as unseen_from

    from {{ ref('int_observations') }} as observations

    inner join renewal_buckets
        on
            observations.days_to_renewal >= renewal_buckets.min_days
            and observations.days_to_renewal < renewal_buckets.next_min_days

),

outcomes as (

    select
        observations.account_id,
        observations.observation_date,
        max(case when account_outcomes.outcome <> 'expanded' then 1 else 0 end)
            as is_lost,
        max(case when account_outcomes.outcome = 'expanded' then 1 else 0 end)
            as is_expanded

    from observations

    inner join account_outcomes
        on
            observations.account_id = account_outcomes.account_id
            and account_outcomes.outcome_date > observations.observation_date
            and account_outcomes.outcome_date <= observations.decided_on

    where account_outcomes.outcome in ('churned', 'inactive', 'expanded')

    group by observations.account_id, observations.observation_date

),

renewal_observations as (

    select
        -- keys
        observations.account_id,
        observations.observation_date,
        observations.evaluated_on,

        -- what was known
        observations.settled_band,
        observations.renewal_bucket,
        observations.arr,
        observations.renewal_on,

        -- a renewal counts once per band and bucket, and once per band: on its first
        -- month-end there
        row_number() over (
            partition by
                observations.account_id,
                observations.renewal_on,
                observations.settled_band,
                observations.renewal_bucket
            order by observations.observation_date
        ) = 1 as is_first_in_bucket,
        row_number() over (
            partition by
                observations.account_id,
                observations.renewal_on,
                observations.settled_band
            order by observations.observation_date
        ) = 1 as is_first_in_band,

        -- what came of it, certain when the grace days after the decision are over too
        observations.decided_on + {{ var('churn_grace_days') }} as certain_on,
        coalesce(outcomes.is_lost, 0) as is_lost,
        coalesce(outcomes.is_expanded, 0) as is_expanded

    from observations

    left join outcomes
        on
            observations.account_id = outcomes.account_id
            and observations.observation_date = outcomes.observation_date

    where
        observations.unseen_from is null
        or observations.unseen_from > observations.decided_on

)

select * from renewal_observations
