-- One row per day of a forecast per settled band, bucket of days to the renewal (or all
-- of them) and outcome: the probability that a forecast goes by, from the renewals of
-- the band and bucket, or where these are too few, of the band. Nothing unless an
-- evaluation is due.

with

counts as (

    select
        *,
        {%- for count in ['observations', 'outcomes'] %}
        max(case when renewal_bucket = 'all' then {{ count }} end) over (
            partition by forecast_on, settled_band, outcome
        ) as band_{{ count }}{{ ',' if not loop.last }}
        {%- endfor %}

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
        {%- for count, name in [
            ('observations', 'renewals'), ('outcomes', 'outcomes')
        ] %}
        case based_on
            when 'band and days to renewal' then {{ count }}
            when 'band' then band_{{ count }}
        end as based_on_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}

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
