-- One row per account of the latest day of this run: its health, computed again from
-- what history stores of that day, for the_latest_day_can_be_recomputed to compare.

{{ config(materialized='view') }}

with

published as (

    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version

    from {{ ref('account_health_daily') }}

    where
        snapshot_date = (
            select max(days_to_score.snapshot_date)
            from {{ ref('int_days_to_score') }} as days_to_score
        )

),

recomputed_health as (

    {{ recomputed_health('published') }}

)

select * from recomputed_health
