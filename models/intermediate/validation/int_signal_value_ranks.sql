-- One row per signal, observed month-end and health value that occurs: how many accounts
-- with it had each outcome in the headline window, and where the value stands among the
-- others, of its own date and of all dates. One sort per signal serves all outcomes.

{%- set outcomes = ['lost', 'contracted', 'expanded'] %}
{%- set rank_columns = [] %}
{%- for outcome in outcomes %}
{%- for column in ['with_below', 'without_above', 'with_in_all', 'without_in_all'] %}
{%- do rank_columns.append(outcome ~ '_' ~ column) %}
{%- endfor %}
{%- endfor %}

with

signal_observations as (

    select * from {{ ref('int_signal_observations') }}

    where
        health_value is not null
        and coalesce(lost, contracted, expanded) is not null

),

values_by_date as (

    select
        signal,
        observation_date,
        health_value,
        {%- for outcome in outcomes %}
        coalesce(cast(sum({{ outcome }}) as double), 0) as {{ outcome }}_with,
        coalesce(cast(sum(1 - {{ outcome }}) as double), 0)
            as {{ outcome }}_without{{ ',' if not loop.last }}
        {%- endfor %}

    from signal_observations

    group by signal, observation_date, health_value

),

values_of_all_dates as (

    select
        signal,
        health_value,
        {%- for outcome in outcomes %}
        sum({{ outcome }}_with) as {{ outcome }}_with,
        sum({{ outcome }}_without) as {{ outcome }}_without{{ ',' if not loop.last }}
        {%- endfor %}

    from values_by_date

    group by signal, health_value

),

{%- for comparison, relation, keys in [
    ('within_date', 'values_by_date', ['signal', 'observation_date']),
    ('pooled', 'values_of_all_dates', ['signal']),
] %}

{{ comparison }} as (

    select
        {{ keys | join(', ') }},
        health_value,
        {%- for outcome in outcomes %}
        {{ outcome }}_with,
        {{ outcome }}_without,

        -- half of those with the same value
        sum({{ outcome }}_with) over values_up_to_here
        - {{ outcome }}_with / 2 as {{ outcome }}_with_below,
        sum({{ outcome }}_without) over all_values
        - sum({{ outcome }}_without) over values_up_to_here
        + {{ outcome }}_without / 2 as {{ outcome }}_without_above,
        sum({{ outcome }}_with) over all_values as {{ outcome }}_with_in_all,
        sum({{ outcome }}_without) over all_values
            as {{ outcome }}_without_in_all{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ relation }}

    window
        all_values as (partition by {{ keys | join(', ') }}),
        values_up_to_here as (
            partition by {{ keys | join(', ') }} order by health_value
        )

){{ ',' if not loop.last }}
{%- endfor %}

select
    within_date.signal,
    within_date.observation_date,
    within_date.health_value,
    {%- for outcome in outcomes %}
    within_date.{{ outcome }}_with,
    within_date.{{ outcome }}_without,
    {%- endfor %}
    {%- for column in rank_columns %}
    {%- for comparison in ['within_date', 'pooled'] %}
    {{ comparison }}.{{ column }} as {{ comparison }}_{{ column }}
    {{- ',' if not (loop.last and column == rank_columns[-1]) }}
    {%- endfor %}
    {%- endfor %}

from within_date

inner join pooled
    on
        within_date.signal = pooled.signal
        and within_date.health_value = pooled.health_value
