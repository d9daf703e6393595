{#
    The relation of a model that keeps history, as it was before this run; none before the
    first run. With the raw tables, this is the only look at the database at compile time.
#}
{% macro history_relation(model_name) %}
    {% if not execute %}
        {{ return(none) }}
    {% endif %}
    {% set node = graph.nodes['model.' ~ project_name ~ '.' ~ model_name] %}
    {{ return(adapter.get_relation(
        database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}

{# The days that account_health_daily has, as a query with one column snapshot_date. #}
{% macro days_in_history() -%}
    {%- set relation = history_relation('account_health_daily') -%}
    {%- if relation -%}
        select distinct snapshot_date from {{ relation }}
    {%- else -%}
        select cast(null as date) as snapshot_date where false
    {%- endif -%}
{%- endmacro %}

{# How many accounts account_health_daily has per day, before this run. #}
{% macro accounts_per_day_in_history() -%}
    {%- set relation = history_relation('account_health_daily') -%}
    {%- if relation -%}
        select
            snapshot_date,
            count(*) as accounts
        from {{ relation }}
        group by snapshot_date
    {%- else -%}
        select
            cast(null as date) as snapshot_date,
            cast(null as bigint) as accounts
        where false
    {%- endif -%}
{%- endmacro %}
