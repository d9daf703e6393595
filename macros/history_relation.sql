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

{# All rows of account_health_daily, before this run. #}
{% macro account_health_in_history() -%}
    {%- set relation = history_relation('account_health_daily') -%}
    {%- if relation -%}
        select * from {{ relation }}
    {%- else -%}
        select
            {%- for column in [
                'account_id', 'scorecard', 'health_band', 'settled_band', 'quadrant', 'cap',
                'segment', 'industry', 'region', 'size_band', 'service_tier', 'product',
                'owner_id', 'parent_account_id', 'lifecycle_stage', 'run_id',
            ] %}
            cast(null as string) as {{ column }},
            {%- endfor %}
            {%- for column in [
                'health_score', 'uncapped_health_score', 'coverage', 'applicable_share',
                'relationship_score', 'impact_score', 'arr',
            ] %}
            cast(null as double) as {{ column }},
            {%- endfor %}
            {%- for column in ['scorecard_version', 'tenure_days', 'days_to_renewal'] %}
            cast(null as int) as {{ column }},
            {%- endfor %}
            cast(null as date) as snapshot_date,
            cast(null as timestamp) as computed_at
        where false
    {%- endif -%}
{%- endmacro %}

{# What policy_ledger says of each value, before this run: its newest row. #}
{% macro policy_in_history() -%}
    {%- set relation = history_relation('policy_ledger') -%}
    {%- if relation -%}
        select
            seed,
            version,
            item,
            setting,
            value
        from (
            select
                *,
                row_number() over (
                    partition by seed, version, item, setting order by recorded_at desc
                ) as recency
            from {{ relation }}
        ) as rows_by_age
        where recency = 1
    {%- else -%}
        select
            cast(null as string) as seed,
            cast(null as string) as version,
            cast(null as string) as item,
            cast(null as string) as setting,
            cast(null as string) as value
        where false
    {%- endif -%}
{%- endmacro %}

{# The month-ends that the back-test has evaluated, before this run. #}
{% macro evaluations_in_history() -%}
    {%- set relation = history_relation('backtest_metrics') -%}
    {%- if relation -%}
        select distinct evaluated_on from {{ relation }}
    {%- else -%}
        select cast(null as date) as evaluated_on where false
    {%- endif -%}
{%- endmacro %}
