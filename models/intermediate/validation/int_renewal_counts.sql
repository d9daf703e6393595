-- One row per day of a forecast per settled band, bucket of days to the renewal (or all
-- of them) and outcome: of the renewals that were certain by that day, how many had
-- this band and bucket, and how many of these had the outcome. Nothing unless an
-- evaluation is due.

with

observations as (

    select * from {{ ref('int_renewal_observations') }}

),

-- the forecast of today, and that on the eve of every quarter
forecast_days as (

    select observed_until as forecast_on from {{ ref('int_evaluation_day') }}

    union

    select observation_date as forecast_on from observations

    where
        extract(day from observation_date + 1) = 1
        and extract(month from observation_date + 1) in (1, 4, 7, 10)

),

certain_renewals as (

    select
        forecast_days.forecast_on,
        observations.*

    from observations

    inner join forecast_days
        on observations.certain_on <= forecast_days.forecast_on

),

counts as (

    {%- for bucket, is_first in [
        ('renewal_bucket', 'is_first_in_bucket'), ("'all'", 'is_first_in_band')
    ] %}

    {{ 'union all' if not loop.first }}

    select
        forecast_on,
        settled_band,
        {{ bucket }} as renewal_bucket,
        count(*) as observations,
        count(*) - sum(is_lost) as renewed,
        sum(is_lost) as churned,
        sum(is_expanded) as expanded

    from certain_renewals

    where {{ is_first }}

    group by all

    {%- endfor %}

),

bands as (

    select band as settled_band from {{ ref('health_bands') }}

    union

    select settled_band from observations

),

buckets as (

    select renewal_bucket from {{ ref('renewal_buckets') }}

    union all

    select 'all' as renewal_bucket

),

-- also those without any renewal
cells as (

    select
        forecast_days.forecast_on,
        bands.settled_band,
        buckets.renewal_bucket

    from forecast_days

    cross join bands

    cross join buckets

),

renewal_counts as (

    {%- for outcome in ['renewed', 'churned', 'expanded'] %}

    {{ 'union all' if not loop.first }}

    select
        cells.forecast_on,
        cells.settled_band,
        cells.renewal_bucket,
        '{{ outcome }}' as outcome,
        cast(coalesce(counts.observations, 0) as int) as observations,
        cast(coalesce(counts.{{ outcome }}, 0) as int) as outcomes

    from cells

    left join counts
        on
            cells.forecast_on = counts.forecast_on
            and cells.settled_band = counts.settled_band
            and cells.renewal_bucket = counts.renewal_bucket

    {%- endfor %}

)

select * from renewal_counts
