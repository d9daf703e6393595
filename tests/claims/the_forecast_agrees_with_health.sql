-- Every account of the latest day with a renewal ahead is in the forecast once, with
-- its own revenue and the probabilities of its band and bucket in the newest
-- evaluation, and account_health_current says the same; by quarter it adds up to the
-- revenue there.

with

account_health as (

    select * from {{ ref('account_health_current') }}

),

forecast as (

    select * from {{ ref('renewal_forecast') }}

),

quarters as (

    select * from {{ ref('renewal_forecast_quarters') }}

),

odds as (

    select band_outcomes.*

    from {{ ref('band_outcomes') }} as band_outcomes

    where
        band_outcomes.evaluated_on = (
            select max(all_outcomes.evaluated_on)
            from {{ ref('band_outcomes') }} as all_outcomes
        )

),

accounts_that_differ as (

    select
        coalesce(account_health.account_id, forecast.account_id) as place,
        'it has a renewal ahead and no forecast like it, or the reverse' as problem

    from (
        select * from account_health

        where days_to_renewal is not null
    ) as account_health

    full outer join forecast
        on account_health.account_id = forecast.account_id

    where
        account_health.account_id is null
        or forecast.account_id is null
        or account_health.arr is distinct from forecast.arr
        or account_health.days_to_renewal <> forecast.days_to_renewal
        or account_health.renewal_probability is distinct from
        forecast.renewal_probability

),

probabilities as (

    {%- for outcome, name in [
        ('renewed', 'renewal'), ('churned', 'churn'), ('expanded', 'upsell')
    ] %}

    {{ 'union all' if not loop.first }}

    select
        account_id,
        settled_band,
        renewal_bucket,
        '{{ outcome }}' as outcome,
        {{ name }}_probability as probability,
        {{ name }}_probability_low as probability_low,
        {{ name }}_probability_high as probability_high

    from forecast

    {%- endfor %}

),

probabilities_that_differ as (

    select
        probabilities.account_id as place,
        concat('the probability of ', probabilities.outcome, ' is not that of its band')
            as problem

    from probabilities

    left join odds
        on
            probabilities.settled_band = odds.settled_band
            and probabilities.renewal_bucket = odds.renewal_bucket
            and probabilities.outcome = odds.outcome

    where
        probabilities.probability is distinct from odds.probability
        or probabilities.probability_low is distinct from odds.probability_low
        or probabilities.probability_high is distinct from odds.probability_high
        or probabilities.probability_low < 0
        or probabilities.probability_low > probabilities.probability
        or probabilities.probability_high < probabilities.probability
        or probabilities.probability_high > 1

),

quarter_sums as (

    select
        concat(
            cast(extract(year from snapshot_date + days_to_renewal) as string),
            ' Q',
            cast(extract(quarter from snapshot_date + days_to_renewal) as string)
        ) as renewal_quarter,
        count(*) as accounts,
        coalesce({{ exact_sum('arr', 2) }}, 0) as arr

    from account_health

    where days_to_renewal is not null

    group by all

),

quarters_that_differ as (

    select
        coalesce(quarters.renewal_quarter, quarter_sums.renewal_quarter) as place,
        'its accounts or revenue are not those of account_health_current' as problem

    from quarters

    full outer join quarter_sums
        on quarters.renewal_quarter = quarter_sums.renewal_quarter

    where
        quarters.accounts is distinct from quarter_sums.accounts
        or quarters.renewal_quarter is null
        or quarter_sums.renewal_quarter is null
        or abs(quarters.arr - quarter_sums.arr) > 0.001

)

select * from accounts_that_differ

union all

select * from probabilities_that_differ

union all

select * from quarters_that_differ
