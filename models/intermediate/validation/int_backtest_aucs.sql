-- One row per outcome, window, predictor, slice and comparison: AUC with its interval,
-- and the lift of the worst decile.

{%- set keys = ['cell', 'comparison'] %}

with

summaries as (

    {{ auc_summaries(ref('int_account_influences'), keys) }}

),

lifts as (

    {{ lifts_of_worst_decile(ref('int_risk_levels'), keys) }}

)

select
    summaries.comparison,
    cells.outcome,
    cells.horizon_days,
    cells.lead_days,
    cells.predictor,
    cells.slice,
    cells.slice_value,
    summaries.observations,
    summaries.accounts,
    summaries.outcomes,
    summaries.accounts_with_outcome,
    summaries.auc,
    summaries.standard_error,
    summaries.auc_low,
    summaries.auc_high,
    summaries.verdict,
    case when summaries.auc is not null then lifts.lift_worst_decile end
        as lift_worst_decile

from summaries

inner join {{ ref('int_backtest_cells') }} as cells
    on summaries.cell = cells.cell

inner join lifts
    on
        summaries.cell = lifts.cell
        and summaries.comparison = lifts.comparison

-- a month-end alone is one stratum
where
    cells.slice <> 'observation_date'
    or summaries.comparison = 'pooled'
