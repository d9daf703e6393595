-- One row per outcome, window, predictor, slice and comparison: AUC with its interval,
-- and the lift of the worst decile.

{%- set keys = [
    'comparison', 'outcome', 'horizon_days', 'lead_days', 'predictor', 'slice',
    'slice_value',
] %}

with

predictions as (

    select
        *,
        'pooled' as comparison,
        cast('1900-01-01' as date) as stratum

    from {{ ref('int_sliced_predictions') }}

    union all

    select
        *,
        'within_date' as comparison,
        observation_date as stratum

    from {{ ref('int_sliced_predictions') }}

    where slice <> 'observation_date'

),

influences as (

    {{ auc_influences('predictions', keys, 'stratum', ref('int_risk_levels')) }}

),

summaries as (

    {{ auc_summaries('influences', keys) }}

),

lifts as (

    {{ lifts_of_worst_decile(ref('int_risk_levels'), keys) }}

)

select
    summaries.*,
    case when summaries.auc is not null then lifts.lift_worst_decile end
        as lift_worst_decile

from summaries

inner join lifts
    on
        {%- for key in keys %}
        {{ 'and' if not loop.first }} summaries.{{ key }} = lifts.{{ key }}
        {%- endfor %}
