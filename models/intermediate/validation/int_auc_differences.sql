-- One row per outcome, predictor other than the health score, slice and comparison in
-- the headline window: by how much its AUC lies above that of the health score on the
-- same observations.

{%- set keys = ['cell', 'comparison'] %}

with

health_predictions as (

    select
        cell,
        date_number,
        account_id,
        is_outcome,
        health_risk as risk

    from {{ ref('int_sliced_predictions') }}

    where
        is_headline = 1
        and is_health_score = 0

),

health_counts as (

    {{ risk_counts('health_predictions', ['cell', 'date_number']) }}

),

health_levels as (

    {{ levels_of_both('health_counts', ['cell'], 'date_number') }}

),

health_influences as (

    {{ auc_influences_of_both(
        'health_predictions', ['cell'], 'date_number', 'health_levels'
    ) }}

),

own_influences as (

    select influences.*

    from {{ ref('int_account_influences') }} as influences

    inner join {{ ref('int_backtest_cells') }} as cells
        on influences.cell = cells.cell

    where
        cells.is_headline = 1
        and cells.predictor <> 'health_score'

),

differences as (

    {{ auc_differences('own_influences', 'health_influences', keys) }}

)

select
    differences.comparison,
    cells.outcome,
    cells.predictor,
    cells.slice,
    cells.slice_value,
    differences.difference,
    differences.difference_low,
    differences.difference_high

from differences

inner join {{ ref('int_backtest_cells') }} as cells
    on differences.cell = cells.cell
