-- One row per account per fall of its settled band: from which band to which, and the
-- first day on which it moved again. Days without a settled band are passed over.

{{ config(materialized='view') }}

with

health_bands as (

    select
        int_health_bands.band,
        int_health_bands.effective_from,
        int_health_bands.effective_to,
        health_bands.label,
        health_bands.sort_order

    from {{ ref('int_health_bands') }} as int_health_bands

    inner join {{ ref('health_bands') }} as health_bands
        on
            int_health_bands.band = health_bands.band
            and int_health_bands.effective_from = health_bands.effective_from

),

settled_days as (

    select
        health_history.account_id,
        health_history.snapshot_date,
        health_bands.band,
        health_bands.label,
        health_bands.sort_order,
        lag(health_history.snapshot_date) over (
            partition by health_history.account_id
            order by health_history.snapshot_date
        ) as day_before,
        lag(health_bands.band) over (
            partition by health_history.account_id
            order by health_history.snapshot_date
        ) as band_before,
        lag(health_bands.label) over (
            partition by health_history.account_id
            order by health_history.snapshot_date
        ) as label_before,
        lag(health_bands.sort_order) over (
            partition by health_history.account_id
            order by health_history.snapshot_date
        ) as sort_order_before

    from {{ ref('int_health_history') }} as health_history

    inner join health_bands
        on
            health_history.settled_band = health_bands.band
            and health_history.snapshot_date >= health_bands.effective_from
            and health_history.snapshot_date < health_bands.effective_to

),

moves as (

    select
        *,
        lead(snapshot_date, 1, cast('9999-01-01' as date)) over (
            partition by account_id order by snapshot_date
        ) as next_move_on

    from settled_days

    -- in a new version of the bands the same one may have another place
    where band <> band_before

),

band_falls as (

    select
        account_id,
        snapshot_date as fell_on,
        next_move_on,
        band,
        label_before,
        sort_order - sort_order_before as bands_fallen,
        cast(snapshot_date - day_before as int) as days_between

    from moves

    where sort_order > sort_order_before

)

select * from band_falls
