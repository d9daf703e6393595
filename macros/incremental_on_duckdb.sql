{#
    dbt-duckdb's way to create tables, except the temporary one with the days that an
    incremental model is about to replace: where the model's meta says that it only copies what
    other models have computed (`copies_a_batch`), that is a view, so that its rows are written
    once, not twice.
#}
{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none
) -%}
    {%- if temporary and config.get('meta', {}).get('copies_a_batch') -%}
        create or replace temporary view
            {{ relation.include(database=false, schema=false) }} as (
            {{ compiled_code }}
        )
    {%- else -%}
        {{ dbt.duckdb__create_table_as(
            temporary, relation, compiled_code, language, partitioned_by, sorted_by
        ) }}
    {%- endif -%}
{%- endmacro %}
