-- One row per value of the policy that was in force on a scored day, as it was when it
-- first was: what history was scored with. A further row only where a version, or a
-- cap, was ended since, or edited while all its days were open.

{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail',
) }}

-- nothing is recorded before the whole batch has passed its tests:
-- depends_on: {{ ref('int_account_health') }}

with

-- of history, this run's included
days as (

    select snapshot_date from {{ ref('int_days_to_score') }}

    union

    select snapshot_date from ({{ days_in_history() }}) as days_in_history

),

policy_values as (

    select * from {{ ref('int_policy_values') }}

),

known as (

    {{ policy_in_history() }}

),

spans_in_force as (

    select distinct
        spans.holds_from,
        spans.holds_to

    from (
        select distinct
            holds_from,
            holds_to

        from policy_values
    ) as spans

    inner join days
        on
            days.snapshot_date >= spans.holds_from
            and days.snapshot_date < spans.holds_to

),

known_versions as (

    select distinct
        seed,
        version

    from known

),

-- of versions that are new on a scored day, and of those that are known
values_in_force as (

    select policy_values.*

    from policy_values

    left join spans_in_force
        on
            policy_values.holds_from = spans_in_force.holds_from
            and policy_values.holds_to = spans_in_force.holds_to

    left join known_versions
        on
            policy_values.seed = known_versions.seed
            and policy_values.version = known_versions.version

    where
        spans_in_force.holds_from is not null
        or known_versions.version is not null

)

select
    coalesce(values_in_force.seed, known.seed) as seed,
    coalesce(values_in_force.version, known.version) as version,
    coalesce(values_in_force.item, known.item) as item,
    coalesce(values_in_force.setting, known.setting) as setting,
    values_in_force.value,
    '{{ invocation_id }}' as run_id,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
        as recorded_at

from values_in_force

full outer join known
    on
        values_in_force.seed = known.seed
        and values_in_force.version = known.version
        and values_in_force.item = known.item
        and values_in_force.setting = known.setting

where values_in_force.value is distinct from known.value
