{#
    A query with each row of `relation` once per slice that the back-test judges it in: its
    `columns`, slice and slice_value. All of them; of the headline window the later half of the
    month-ends, which the choice of the best signal has not seen; of the health score also
    segment, lifecycle stage and scorecard, and of the headline window each month-end. The best
    signal is judged in the later half alone. Rows have predictor, is_headline, is_later_half,
    segment, lifecycle_stage and scorecard; with by_date also observation_date.
#}
{% macro sliced(relation, columns, by_date=true) -%}
select
    {{ columns | join(', ') }},
    'all' as slice,
    'all' as slice_value
from {{ relation }}
where predictor <> 'best_signal'

union all

select
    {{ columns | join(', ') }},
    'later_half',
    'all'
from {{ relation }}
where
    is_headline = 1
    and is_later_half

{%- for slice in ['segment', 'lifecycle_stage', 'scorecard'] %}

union all

select
    {{ columns | join(', ') }},
    '{{ slice }}',
    {{ slice }}
from {{ relation }}
where predictor = 'health_score'
{%- endfor %}

{%- if by_date %}

union all

select
    {{ columns | join(', ') }},
    'observation_date',
    cast(observation_date as string)
from {{ relation }}
where
    is_headline = 1
    and predictor = 'health_score'
{%- endif %}
{%- endmacro %}
