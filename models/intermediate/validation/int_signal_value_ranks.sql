-- One row per signal, observed month-end and health value that occurs: how many
-- accounts with it had each outcome in the headline window, and where the value stands
-- among the others, of its own date and of all. One sort serves all outcomes.

{%- set outcomes = ['lost', 'contracted', 'expanded'] %}

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
        coalesce(cast(sum(1 - {{ outcome }}) as double), 0) as {{ outcome }}_without,
        {%- endfor %}
        count(*) as observations

    from signal_observations

    group by signal, observation_date, health_value

),

values_of_all_dates as (

    select
        signal,
        health_value,
        {%- for outcome in outcomes %}
        sum({{ outcome }}_with) as {{ outcome }}_with,
        sum({{ outcome }}_without) as {{ outcome }}_without,
        {%- endfor %}
        sum(observations) as observations

    from values_by_date

    group by signal, health_value

),

-- of those with the very same value, half count as below and half as above
{%- for comparison, relation, keys in [
    ('within_date', 'values_by_date', 'signal, observation_date'),
    ('pooled', 'values_of_all_dates', 'signal'),
] %}

{{ comparison }} as (

    select
        {{ keys }},
        health_value,
        {%- for outcome in outcomes %}
        {{ outcome }}_with,
        {{ outcome }}_without,
        (sum({{ outcome }}_with) over up_to_here) - {{ outcome }}_with / 2
            as {{ outcome }}_with_below,
        (sum({{ outcome }}_without) over in_all)
        - (sum({{ outcome }}_without) over up_to_here)
        + {{ outcome }}_without / 2 as {{ outcome }}_without_above,
        sum({{ outcome }}_with) over in_all as {{ outcome }}_with_in_all,
        sum({{ outcome }}_without) over in_all as {{ outcome }}_without_in_all,
        {%- endfor %}
        observations

    from {{ relation }}

    window
        in_all as (partition by {{ keys }}),
        up_to_here as (partition by {{ keys }} order by health_value)

),
{%- endfor %}

value_ranks as (

    select
        within_date.signal,
        within_date.observation_date,
        within_date.health_value,
        {%- for outcome in outcomes %}
        within_date.{{ outcome }}_with,
        within_date.{{ outcome }}_without,
        {%- for column in [
            'with_below', 'without_above', 'with_in_all', 'without_in_all',
        ] %}
        within_date.{{ outcome }}_{{ column }}
            as within_date_{{ outcome }}_{{ column }},
        pooled.{{ outcome }}_{{ column }} as pooled_{{ outcome }}_{{ column }},
        {%- endfor %}
        {%- endfor %}
        within_date.observations

    from within_date

    inner join pooled
        on
            within_date.signal = pooled.signal
            and within_date.health_value = pooled.health_value

)

select * from value_ranks
