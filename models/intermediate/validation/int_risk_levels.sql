-- One row per outcome, window, predictor, slice, comparison, stratum and level of risk:
-- how many with and without the outcome have it, and stand below it in the stratum. The
-- comparison within_date has the month-end for its stratum, pooled a day long past.

{%- set keys = [
    'outcome', 'horizon_days', 'lead_days', 'predictor', 'slice', 'slice_value',
] %}

with

sliced_predictions as (

    select * from {{ ref('int_sliced_predictions') }}

),

pooled_levels as (

    {{ risk_levels('sliced_predictions', keys) }}

),

-- a month-end alone is one stratum
predictions_of_several_dates as (

    select * from sliced_predictions

    where slice <> 'observation_date'

),

levels_within_date as (

    {{ risk_levels('predictions_of_several_dates', keys, 'observation_date') }}

)

{%- for comparison, relation, stratum in [
    ('pooled', 'pooled_levels', "cast('1900-01-01' as date)"),
    ('within_date', 'levels_within_date', 'observation_date'),
] %}

{{ 'union all' if not loop.first }}

select
    '{{ comparison }}' as comparison,
    {{ keys | join(', ') }},
    {{ stratum }} as stratum,
    risk,
    with_outcome,
    without_outcome,
    stratum_with_outcome,
    stratum_without_outcome,
    lower_with_outcome,
    lower_without_outcome

from {{ relation }}
{%- endfor %}
