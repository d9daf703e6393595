-- One row per day per change of its stored history: how many rows the three history
-- marts have for it, their fingerprints, the scorecards, and why. A day that is
-- computed again with the same result gets no further row.

{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail',
) }}

{%- set restate_reason = (var('restate_reason') or '') | replace("'", "''") %}

with

-- not scored by this run
carried_days as (

    select distinct snapshot_date from {{ ref('int_carried_account_health') }}

),

days as (

    select distinct snapshot_date from {{ ref('int_account_health_to_store') }}

),

stored_dimension_scores as (

    select * from {{ ref('dimension_scores_daily') }}

    where snapshot_date in (select days.snapshot_date from days)

),

stored_signal_scores as (

    select * from {{ ref('signal_scores_daily') }}

    where snapshot_date in (select days.snapshot_date from days)

),

fingerprints as (

    {{ day_fingerprints(
        ref('int_account_health_to_store'),
        'stored_dimension_scores',
        'stored_signal_scores'
    ) }}

),

days_in_history as (

    {{ days_in_history() }}

),

known as (

    {% if is_incremental() %}

    select
        *,
        row_number() over (
            partition by snapshot_date order by recorded_at desc
        ) as recency

    from {{ this }}

    {% else %}

    select
        *,
        1 as recency

    from fingerprints

    where false

    {% endif %}

),

changes as (

    select
        fingerprints.snapshot_date,
        fingerprints.account_rows,
        fingerprints.dimension_rows,
        fingerprints.signal_rows,
        fingerprints.account_fingerprint,
        fingerprints.dimension_fingerprint,
        fingerprints.signal_fingerprint,
        fingerprints.scorecards,
        case
            when known.snapshot_date is null then 'first computed'
            when fingerprints.snapshot_date between
                {{ date_setting('restate_from') }} and {{ date_setting('restate_to') }}
                then '{{ restate_reason }}'
            when carried_days.snapshot_date is not null
                then 'settled bands moved: {{ restate_reason }}'
            when days_in_history.snapshot_date is null then 'lost and computed again'
            else 'computed again while open for late records'
        end as reason,
        '{{ invocation_id }}' as run_id,
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
            as recorded_at

    from fingerprints

    left join known
        on
            fingerprints.snapshot_date = known.snapshot_date
            and known.recency = 1

    left join carried_days
        on fingerprints.snapshot_date = carried_days.snapshot_date

    -- as it was before this run
    left join days_in_history
        on fingerprints.snapshot_date = days_in_history.snapshot_date

    where
        known.snapshot_date is null
        or fingerprints.account_fingerprint is distinct from known.account_fingerprint
        or fingerprints.dimension_fingerprint
        is distinct from known.dimension_fingerprint
        or fingerprints.signal_fingerprint is distinct from known.signal_fingerprint
        or fingerprints.account_rows <> known.account_rows
        or fingerprints.dimension_rows <> known.dimension_rows
        or fingerprints.signal_rows <> known.signal_rows

)

select * from changes
