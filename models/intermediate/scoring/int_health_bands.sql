-- One row per version of the health bands and band with a score: from min_score to
-- below below_score, on days from effective_from to before effective_to.

with

bands as (

    select * from {{ ref('health_bands') }}

),

starts_of_versions as (

    select distinct effective_from from bands

),

versions as (

    select
        effective_from,
        lead(effective_from, 1, cast('9999-01-01' as date)) over (
            order by effective_from
        ) as effective_to

    from starts_of_versions

),

health_bands as (

    select
        bands.band,
        bands.min_score,

        -- a score of 100 belongs to the best band
        lead(bands.min_score, 1, 101.0) over (
            partition by bands.effective_from order by bands.min_score
        ) as below_score,
        versions.effective_from,
        versions.effective_to

    from bands

    inner join versions
        on bands.effective_from = versions.effective_from

    where bands.min_score is not null

)

select * from health_bands
