-- One row per subject and observed month-end on which it was known of some account:
-- what was usual, and of the health score how many accounts were in which band.

with

drift_values as (

    select * from {{ ref('int_drift_values') }}

),

observations as (

    select * from {{ ref('int_observations') }}

),

bands as (

    select distinct
        band,
        colour

    from {{ ref('health_bands') }}

    where min_score is not null

),

distributions as (

    select
        subject,
        observation_date,
        {{ rounded(exact_mean('value'), 6) }} as mean_value,
        {{ rounded(exact_quantile('value', 0.25), 6) }} as lower_quartile,
        {{ rounded(exact_quantile('value', 0.5), 6) }} as median_value,
        {{ rounded(exact_quantile('value', 0.75), 6) }} as upper_quartile

    from drift_values

    group by subject, observation_date

),

colour_shares as (

    select
        observations.observation_date,
        {%- for colour in ['green', 'yellow', 'orange', 'red'] %}
        {{ rounded(
            "count(case when bands.colour = '" ~ colour
            ~ "' then 1 end) / cast(count(*) as double)", 6
        ) }} as share_{{ colour }},
        {%- endfor %}
        {{ rounded(
            'count(case when bands.colour is null then 1 end)'
            ~ ' / cast(count(*) as double)', 6
        ) }} as share_unscored

    from observations

    left join bands
        on observations.health_band = bands.band

    group by observations.observation_date

)

select
    distributions.*,
    colour_shares.share_green,
    colour_shares.share_yellow,
    colour_shares.share_orange,
    colour_shares.share_red,
    colour_shares.share_unscored

from distributions

left join colour_shares
    on
        distributions.subject = 'health_score'
        and distributions.observation_date = colour_shares.observation_date
