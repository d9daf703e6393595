{# The files under raw_path, at most two folders deep, as a list of paths. #}
{% macro raw_files() %}
    {{ return(adapter.dispatch('raw_files')(var('raw_path'))) }}
{% endmacro %}

{% macro duckdb__raw_files(path) %}
    {% set quoted = path | replace("'", "''") %}
    {{ return(run_query(
        "select file from glob('" ~ quoted ~ "/*/*.*') union all "
        ~ "select file from glob('" ~ quoted ~ "/*/*/*.parquet') order by file"
    ).columns[0].values() | list) }}
{% endmacro %}

{% macro spark__raw_files(path) %}
    {% do run_query('create schema if not exists raw_files') %}
    {% do run_query(
        "create or replace temporary view raw_files using binaryFile options ("
        ~ "path '" ~ path | replace("'", "\\'") ~ "', recursiveFileLookup 'true')") %}
    {% set files = [] %}
    {% for row in run_query('select path from raw_files order by path').rows %}
        {# file:/data/raw/crm/accounts.csv, whatever form raw_path has #}
        {% do files.append(path ~ row[0][row[0].rindex(path) + path | length:]) %}
    {% endfor %}
    {{ return(files) }}
{% endmacro %}


{#
    Where a raw table comes from: {relation, location, columns, problem}. It is one
    of `files`: <raw_path>/<source>/<table>.parquet or .csv, or a folder <table>/ of Parquet
    parts. `columns` maps each column to its type there; it is empty when the table is absent.
#}
{% macro raw_input(table, files) %}
    {% set path = var('raw_path') ~ '/' ~ table.source_name ~ '/' ~ table.name %}
    {% set found = [] %}
    {% if path ~ '.parquet' in files %}
        {% do found.append((path ~ '.parquet', parquet_file(path ~ '.parquet'))) %}
    {% endif %}
    {% if modules.re.findall(
        '(?m)^' ~ modules.re.escape(path) ~ '/[^/]*[.]parquet$', files | join('\n')) %}
        {% do found.append((path ~ '/*.parquet', parquet_file(path ~ '/*.parquet'))) %}
    {% endif %}
    {% if path ~ '.csv' in files %}
        {% do found.append((
            path ~ '.csv', csv_file(path ~ '.csv', table.source_name ~ '_' ~ table.name)
        )) %}
    {% endif %}

    {% if found | length > 1 %}
        {{ return({'problem': 'found more than once: ' ~ found | map('first') | join(', ')
            ~ '. Keep one of them.', 'columns': {}, 'location': path}) }}
    {% elif not found %}
        {{ return({'columns': {}, 'location': path ~ '.parquet or .csv'}) }}
    {% endif %}

    {% set location, relation = found[0] %}
    {% set columns = {} %}
    {% for row in run_query(describe_query('select * from ' ~ relation)).rows %}
        {% do columns.update({row[0] | lower: row[1] | lower}) %}
    {% endfor %}
    {{ return({
        'location': location,
        'relation': relation,
        'columns': columns,
    }) }}
{% endmacro %}


{# A Parquet file, or several by a pattern, as a relation. #}
{% macro parquet_file(path) -%}
    {{ return(adapter.dispatch('parquet_file')(path)) }}
{%- endmacro %}

{% macro duckdb__parquet_file(path) -%}
    {{ return("read_parquet('" ~ path | replace("'", "''") ~ "')") }}
{%- endmacro %}

{% macro spark__parquet_file(path) -%}
    {{ return('parquet.`' ~ path ~ '`') }}
{%- endmacro %}


{#
    A CSV file as a relation: every column is text, named by the header, blank is null. Spark
    needs a table of that `name` for it.
#}
{% macro csv_file(path, name) -%}
    {{ return(adapter.dispatch('csv_file')(path, name)) }}
{%- endmacro %}

{% macro duckdb__csv_file(path, name) -%}
    {{ return("read_csv('" ~ path | replace("'", "''") ~ "', header = true, all_varchar = true, "
        ~ "delim = ',', quote = '\"', escape = '\"')") }}
{%- endmacro %}

{% macro spark__csv_file(path, name) -%}
    {% set table = 'raw_files.' ~ name %}
    {% do run_query('drop table if exists ' ~ table) %}
    {% do run_query(
        'create table ' ~ table ~ " using csv options (path '" ~ path | replace("'", "\\'")
        ~ "', header 'true', multiLine 'true', quote '\"', escape '\"', "
        ~ "ignoreLeadingWhiteSpace 'false', ignoreTrailingWhiteSpace 'false')") %}
    {{ return(table) }}
{%- endmacro %}


{# A query whose rows are name and type of each column of a query. #}
{% macro describe_query(query) -%}
    {{ return(('describe query ' if target.type == 'spark' else 'describe ') ~ query) }}
{%- endmacro %}
