-- One row per evaluation, signal and outcome (lost, contracted, expanded): whether the
-- signal alone tells who will have it, and how those who left, stayed and grew differ.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

evaluated_signals as (

    select * from {{ ref('int_evaluated_signals') }}

),

observation_groups as (

    select * from {{ ref('int_observation_groups') }}

),

verdicts as (

    select * from {{ ref('int_signal_verdicts') }}

),

group_values as (

    select * from {{ ref('int_signal_group_values') }}

),

outcomes as (

    {%- for outcome in ['lost', 'contracted', 'expanded'] %}

    {{ 'union all' if not loop.first }}

    select
        '{{ outcome }}' as outcome,
        count({{ outcome }}) as observations

    from observation_groups
    {%- endfor %}

)

select
    -- keys
    evaluated_signals.evaluated_on,
    evaluated_signals.signal,
    outcomes.outcome,
    evaluated_signals.label,
    evaluated_signals.dimension,
    evaluated_signals.better,

    -- verdict
    coalesce(verdicts.verdict, 'not enough') as verdict,
    verdicts.rank_in_outcome,
    evaluated_signals.weight,
    evaluated_signals.used_from_days_before_outcome,
    evaluated_signals.may_know_outcome,

    -- how much was measured
    cast(outcomes.observations as bigint) as observations,
    {{ rounded(
        'coalesce(verdicts.observations, 0)'
        ~ ' / cast(nullif(outcomes.observations, 0) as double)', 6
    ) }} as coverage,
    cast(coalesce(verdicts.accounts, 0) as bigint) as accounts,
    cast(coalesce(verdicts.accounts_with_outcome, 0) as bigint)
        as accounts_with_outcome,

    -- how well it tells
    verdicts.auc,
    verdicts.auc_low,
    verdicts.auc_high,
    case when verdicts.auc <> 0.5 then verdicts.auc > 0.5 end as is_as_expected,
    verdicts.pooled_auc,
    verdicts.pooled_auc_low,
    verdicts.pooled_auc_high,
    verdicts.p_value,
    verdicts.adjusted_p_value,

    -- those who left, stayed and grew, whatever the outcome of the row
    group_values.mean_left,
    group_values.mean_stayed,
    group_values.mean_grew,
    group_values.median_left,
    group_values.median_stayed,
    group_values.median_grew,
    group_values.left_distance,
    group_values.grew_distance

from evaluated_signals

cross join outcomes

left join verdicts
    on
        evaluated_signals.signal = verdicts.signal
        and outcomes.outcome = verdicts.outcome

left join group_values
    on evaluated_signals.signal = group_values.signal
