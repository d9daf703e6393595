{#
    What was loaded of a seed equals its file, column by name and value by value. dbt loads
    CSV columns by position, so a reordered file would otherwise swap weights and limits.
#}
{% test loaded_as_written(model) %}
{#- spark__load_csv_rows loads by name -#}
{{ config(enabled=target.type == 'duckdb') }}
{%- set seed = graph.nodes['seed.' ~ project_name ~ '.' ~ model.identifier] if execute else none %}
{%- set columns = seed.config.column_types if seed else {'1': 'int'} %}

with

file as (

    select
        {%- for column, type in columns.items() %}
        cast({{ column }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ csv_file(seed.root_path ~ '/' ~ seed.original_file_path if seed else '', '') }}

),

loaded as (

    select {{ columns | join(', ') }} from {{ model }}

)

(select 'in the file, not loaded' as difference, * from file
except all select 'in the file, not loaded', * from loaded)

union all

(select 'loaded, not in the file' as difference, * from loaded
except all select 'loaded, not in the file', * from file)
{% endtest %}
