-- One row per account of the latest day with a renewal ahead: the probability that it
-- renews, leaves or grows by then, what its band and days to the renewal have meant so
-- far, and the revenue that is likely to be lost.

with

renewal_buckets as (

    select
        renewal_bucket,
        min_days,
        lead(min_days, 1, 1000000) over (order by min_days) as next_min_days

    from {{ ref('renewal_buckets') }}

),

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

band_outcomes as (

    select * from {{ ref('band_outcomes') }}

),

renewals as (

    select
        account_health.account_id,
        account_health.snapshot_date,
        account_health.snapshot_date + account_health.days_to_renewal as renewal_on,
        account_health.days_to_renewal,
        renewal_buckets.renewal_bucket,
        coalesce(account_health.settled_band, account_health.health_band)
            as settled_band,
        account_health.owner_id,
        account_health.segment,
        account_health.arr

    from account_health_daily as account_health

    inner join renewal_buckets
        on
            account_health.days_to_renewal >= renewal_buckets.min_days
            and account_health.days_to_renewal < renewal_buckets.next_min_days

    where
        account_health.snapshot_date = (
            select max(account_health_daily.snapshot_date) from account_health_daily
        )

),

-- by the newest evaluation
odds as (

    select
        settled_band,
        renewal_bucket,
        {%- for outcome, name in [
            ('renewed', 'renewal'), ('churned', 'churn'), ('expanded', 'upsell')
        ] %}
        max(case when outcome = '{{ outcome }}' then probability end)
            as {{ name }}_probability,
        max(case when outcome = '{{ outcome }}' then probability_low end)
            as {{ name }}_probability_low,
        max(case when outcome = '{{ outcome }}' then probability_high end)
            as {{ name }}_probability_high,
        {%- endfor %}
        max(based_on) as based_on,
        max(based_on_renewals) as based_on_renewals,
        max(observed_until) as learned_until

    from band_outcomes

    where evaluated_on = (select max(newest.evaluated_on) from band_outcomes as newest)

    group by settled_band, renewal_bucket

),

renewal_forecast as (

    select
        -- keys
        renewals.account_id,
        renewals.snapshot_date,

        -- renewal
        renewals.renewal_on,
        concat(
            cast(extract(year from renewals.renewal_on) as string),
            ' Q',
            cast(extract(quarter from renewals.renewal_on) as string)
        ) as renewal_quarter,
        renewals.days_to_renewal,
        renewals.renewal_bucket,
        renewals.settled_band,
        renewals.owner_id,
        renewals.segment,
        renewals.arr,

        -- what it rests on
        odds.learned_until,
        coalesce(odds.based_on, 'not enough') as based_on,
        odds.based_on_renewals,

        -- probabilities
        {%- for name in ['renewal', 'churn', 'upsell'] %}
        odds.{{ name }}_probability,
        odds.{{ name }}_probability_low,
        odds.{{ name }}_probability_high,
        {%- endfor %}

        -- revenue
        {{ rounded('renewals.arr * odds.churn_probability', 2) }} as expected_arr_lost,
        {{ rounded('renewals.arr * odds.churn_probability_low', 2) }}
            as expected_arr_lost_low,
        {{ rounded('renewals.arr * odds.churn_probability_high', 2) }}
            as expected_arr_lost_high

    from renewals

    left join odds
        on
            renewals.settled_band = odds.settled_band
            and renewals.renewal_bucket = odds.renewal_bucket

)

select * from renewal_forecast
