-- One row per evaluation, outcome, window, predictor, comparison and slice: how well
-- the predictor, as it was known before the window began, told what happened in it. The
-- last mart of an evaluation to be written, since the evaluations that it has are not
-- due.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

-- depends_on: {{ ref('backtest_bands') }}
-- depends_on: {{ ref('band_outcomes') }}
-- depends_on: {{ ref('renewal_forecast_backtest') }}
-- depends_on: {{ ref('score_drift') }}
-- depends_on: {{ ref('scorecard_what_if') }}
-- depends_on: {{ ref('scorecard_what_if_accounts') }}
-- depends_on: {{ ref('scorecard_what_if_summary') }}
-- depends_on: {{ ref('signal_courses') }}
-- depends_on: {{ ref('signal_predictiveness') }}
-- depends_on: {{ ref('watermelon_register') }}
-- depends_on: {{ ref('watermelon_signals') }}

{%- set keys = [
    'outcome', 'horizon_days', 'lead_days', 'predictor', 'slice', 'slice_value',
] %}

with

aucs as (

    select * from {{ ref('int_backtest_aucs') }}

),

differences as (

    select
        auc_differences.*,
        windows.horizon_days,
        windows.lead_days

    from {{ ref('int_auc_differences') }} as auc_differences

    cross join {{ ref('backtest_windows') }} as windows

    where windows.is_headline = 1

),

-- what was expected of bands
brier_scores as (

    select
        {%- for column, share in [
            ('brier', 'expected_share'),
            ('brier_without_bands', 'expected_share_of_all'),
        ] %}
        {{ rounded(
            exact_sum(
                'outcomes * (1 - ' ~ share ~ ') * (1 - ' ~ share ~ ') + '
                ~ '(observations - outcomes) * ' ~ share ~ ' * ' ~ share, 8
            )
            ~ ' / sum(case when ' ~ share ~ ' is not null then observations end)', 6
        ) }} as {{ column }},
        {%- endfor %}
        {{ keys | join(', ') }}

    from {{ ref('int_sliced_band_counts') }}

    group by {{ keys | join(', ') }}

),

outcomes as (

    select 'lost' as outcome
    union all
    select 'contracted' as outcome
    union all
    select 'expanded' as outcome

),

comparisons as (

    select 'pooled' as comparison
    union all
    select 'within_date' as comparison

),

-- an evaluation without any observed window says so
expected_rows as (

    select
        outcomes.outcome,
        windows.horizon_days,
        windows.lead_days,
        'health_score' as predictor,
        comparisons.comparison,
        'all' as slice,
        'all' as slice_value

    from {{ ref('backtest_windows') }} as windows

    cross join outcomes

    cross join comparisons

),

all_rows as (

    select
        {{ keys | join(', ') }},
        comparison
    from aucs

    union

    select
        {{ keys | join(', ') }},
        comparison
    from expected_rows

)

select
    evaluation_day.evaluated_on,
    {%- for key in keys %}
    all_rows.{{ key }},
    {%- endfor %}
    all_rows.comparison,
    case when all_rows.predictor = 'best_signal' then best_signal.signal end as signal,

    -- what it rests on
    coalesce(aucs.observations, 0) as observations,
    coalesce(aucs.accounts, 0) as accounts,
    coalesce(aucs.outcomes, 0) as outcomes,

    -- how well it tells them apart
    coalesce(aucs.verdict, 'not enough') as verdict,
    aucs.auc,
    aucs.auc_low,
    aucs.auc_high,
    aucs.lift_worst_decile,

    -- how true the shares are that it made expect
    case when aucs.auc is not null then brier_scores.brier end as brier,
    case when aucs.auc is not null then brier_scores.brier_without_bands end
        as brier_without_bands,

    -- against the health score
    differences.difference as difference_from_health_score,
    differences.difference_low,
    differences.difference_high,
    '{{ invocation_id }}' as run_id

from all_rows

cross join {{ ref('int_evaluation_day') }} as evaluation_day

left join {{ ref('int_best_signal') }} as best_signal
    on all_rows.predictor = 'best_signal'

{%- for relation in ['aucs', 'brier_scores', 'differences'] %}

left join {{ relation }}
    on
        {%- for key in keys %}
        {{ 'and' if not loop.first }} all_rows.{{ key }} = {{ relation }}.{{ key }}
        {%- endfor %}
        {%- if relation != 'brier_scores' %}
        and all_rows.comparison = {{ relation }}.comparison
        {%- endif %}
{%- endfor %}
