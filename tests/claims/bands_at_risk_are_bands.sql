-- Every band of the setting at_risk_bands that is none in seeds/health_bands.csv, or
-- has no scores: what the metrics call at risk would be too little.

with

bands_at_risk as (

    {% for band in var('at_risk_bands') %}
    select '{{ band }}' as band
    {%- if not loop.last %}

    union all

    {% endif %}
    {%- endfor %}

),

health_bands as (

    select * from {{ ref('health_bands') }}

),

problems as (

    select
        bands_at_risk.band,
        'is no band with scores in seeds/health_bands.csv' as problem

    from bands_at_risk

    left join health_bands
        on
            bands_at_risk.band = health_bands.band
            and health_bands.min_score is not null

    where health_bands.band is null

)

select * from problems
