-- One row per outcome, predictor other than the health score, slice and comparison in
-- the headline window: by how much its AUC lies above that of the health score on the
-- same observations.

{%- set keys = ['comparison', 'outcome', 'predictor', 'slice', 'slice_value'] %}

with

predictions as (

    select sliced_predictions.*

    from {{ ref('int_sliced_predictions') }} as sliced_predictions

    inner join {{ ref('backtest_windows') }} as windows
        on
            sliced_predictions.horizon_days = windows.horizon_days
            and sliced_predictions.lead_days = windows.lead_days
            and windows.is_headline = 1

    where sliced_predictions.predictor <> 'health_score'

),

{%- for rows, risk in [('own', 'risk'), ('health', 'health_risk')] %}

{{ rows }}_predictions as (

    {%- for comparison, stratum in [
        ('pooled', "cast('1900-01-01' as date)"),
        ('within_date', 'observation_date'),
    ] %}

    {{ 'union all' if not loop.first }}

    select
        '{{ comparison }}' as comparison,
        outcome,
        predictor,
        slice,
        slice_value,
        {{ stratum }} as stratum,
        account_id,
        is_outcome,
        {{ risk }} as risk
    from predictions
    {%- endfor %}

),

{{ rows }}_influences as (

    {{ auc_influences(rows ~ '_predictions', keys, 'stratum') }}

),
{%- endfor %}

differences as (

    {{ auc_differences('own_influences', 'health_influences', keys) }}

)

select * from differences
