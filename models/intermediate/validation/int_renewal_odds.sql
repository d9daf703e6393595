-- One row per day of a forecast per settled band, bucket of days to the renewal (or all
-- of them) and outcome: the probability that a forecast goes by, from the renewals of
-- the band and bucket, or where these are too few, of the band. Nothing unless an
-- evaluation is due.

with

counts as (

    select
        *,
        max(case when renewal_bucket = 'all' then observations end) over (
            partition by forecast_on, settled_band, outcome
        ) as band_observations,
        max(case when renewal_bucket = 'all' then outcomes end) over (
            partition by forecast_on, settled_band, outcome
        ) as band_outcomes

    from {{ ref('int_renewal_counts') }}

),

grounds as (

    select
        *,
        case
            when
                observations >= {{ var('minimum_renewals') }}
                and renewal_bucket <> 'all'
                then 'band and days to renewal'
            when band_observations >= {{ var('minimum_renewals') }} then 'band'
            else 'not enough'
        end as based_on

    from counts

),

evidence as (

    select
        *,
        case based_on
            when 'band and days to renewal' then observations
            when 'band' then band_observations
        end as based_on_renewals,
        case based_on
            when 'band and days to renewal' then outcomes
            when 'band' then band_outcomes
        end as based_on_outcomes

    from grounds

)

select
    forecast_on,
    settled_band,
    renewal_bucket,
    outcome,
    observations,
    outcomes,
    based_on,
    based_on_renewals,
    {{ rounded('based_on_outcomes / based_on_renewals', 6) }} as probability,
    {{ wilson_bound('based_on_outcomes', 'based_on_renewals', 'low') }}
        as probability_low,
    {{ wilson_bound('based_on_outcomes', 'based_on_renewals', 'high') }}
        as probability_high

from evidence
