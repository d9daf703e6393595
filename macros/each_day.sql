{# A query with one row per day from the first to the last date, both included: `day`. #}
{% macro each_day(first_date, last_date) -%}
    {{ adapter.dispatch('each_day')(first_date, last_date) }}
{%- endmacro %}

{% macro duckdb__each_day(first_date, last_date) -%}
    select {{ first_date }} + cast(unnest(range({{ last_date }} - {{ first_date }} + 1)) as int)
        as day
{%- endmacro %}

{% macro spark__each_day(first_date, last_date) -%}
    select explode(sequence({{ first_date }}, {{ last_date }})) as day
{%- endmacro %}
