-- One row per evaluation, outcome, window, predictor, comparison and slice: how well the
-- predictor, as it was known before the window began, told what happened in it.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

select
    evaluated_on,
    cast(null as string) as outcome,
    cast(null as int) as horizon_days,
    cast(null as int) as lead_days,
    cast(null as string) as predictor,
    cast(null as string) as comparison,
    cast(null as string) as slice,
    cast(null as string) as slice_value,
    cast(null as string) as signal,
    cast(null as int) as observations,
    cast(null as int) as accounts,
    cast(null as int) as outcomes,
    cast(null as double) as auc,
    cast(null as double) as auc_low,
    cast(null as double) as auc_high,
    cast(null as double) as lift_worst_decile,
    cast(null as double) as brier,
    cast(null as double) as difference_from_health_score,
    cast(null as double) as difference_low,
    cast(null as double) as difference_high,
    cast(null as string) as verdict,
    '{{ invocation_id }}' as run_id

from {{ ref('int_evaluation_day') }}

where false
