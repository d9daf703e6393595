{#
    Where a raw table comes from: {relation, location, columns, is_empty, problem}.
    `columns` maps each column to its type in the input; it is empty when the table is absent.
#}
{% macro raw_input(table) %}
    {{ return(adapter.dispatch('raw_input')(table)) }}
{% endmacro %}

{# Files <raw_path>/<source>/<table>.parquet or .csv, or a folder <table>/ of Parquet parts. #}
{% macro duckdb__raw_input(table) %}
    {% set path = var('raw_path') ~ '/' ~ table.source_name ~ '/' ~ table.name %}
    {% set readers = {
        path ~ '.parquet': "read_parquet('" ~ path ~ ".parquet')",
        path ~ '/*.parquet': "read_parquet('" ~ path ~ "/*.parquet')",
        path ~ '.csv': csv_file(path ~ '.csv'),
    } %}
    {% set found = [] %}
    {% for file, reader in readers.items() %}
        {% if run_query("select 1 from glob('" ~ file ~ "') limit 1").rows %}
            {% do found.append({'location': file, 'relation': reader}) %}
        {% endif %}
    {% endfor %}

    {% if found | length > 1 %}
        {{ return({'problem': 'found more than once: ' ~ found | join(', ', 'location')
            ~ '. Keep one of them.', 'columns': {}, 'location': path}) }}
    {% elif not found %}
        {{ return({'columns': {}, 'location': path ~ '.parquet or .csv'}) }}
    {% endif %}

    {% set raw = found[0] %}
    {% set columns = {} %}
    {% for row in run_query('describe select * from ' ~ raw.relation).rows %}
        {% do columns.update({row[0] | lower: row[1]}) %}
    {% endfor %}
    {% do raw.update({
        'columns': columns,
        'is_empty': not run_query('select 1 from ' ~ raw.relation ~ ' limit 1').rows,
    }) %}
    {{ return(raw) }}
{% endmacro %}
{# A CSV file as a relation: every column is text, named by the header, blank is null. #}
{% macro csv_file(path) -%}
    {{ return(adapter.dispatch('csv_file')(path)) }}
{%- endmacro %}

{% macro duckdb__csv_file(path) -%}
    {{ return("read_csv('" ~ path | replace("'", "''") ~ "', header = true, all_varchar = true, "
        ~ "delim = ',', quote = '\"', escape = '\"')") }}
{%- endmacro %}
