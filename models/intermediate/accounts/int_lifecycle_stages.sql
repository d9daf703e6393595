-- One row per version of the lifecycle stages and stage, which holds on days from
-- effective_from to before effective_to.

{{ config(materialized='view') }}

with

stages as (

    select * from {{ ref('lifecycle_stages') }}

),

starts_of_versions as (

    select distinct effective_from from stages

),

versions as (

    select
        effective_from,
        lead(effective_from, 1, cast('9999-01-01' as date)) over (
            order by effective_from
        ) as effective_to

    from starts_of_versions

),

lifecycle_stages as (

    select
        stages.stage,
        stages.min_tenure_days,
        stages.max_tenure_days,
        stages.min_days_to_renewal,
        stages.max_days_to_renewal,
        stages.priority,
        versions.effective_from,
        versions.effective_to

    from stages

    inner join versions
        on stages.effective_from = versions.effective_from

)

select * from lifecycle_stages
