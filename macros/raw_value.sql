{#
    The value of a raw column in its declared type; null where it is absent, blank or
    unreadable. Text is trimmed. What counts as readable is the same on every engine:
    ISO 8601 dates and times (an offset is converted to UTC) and plain decimal numbers.
#}
{% macro raw_value(column, raw_columns) %}
    {%- set meta = column.config.meta -%}
    {%- set text = raw_text(column.name) -%}
    {%- if column.name not in raw_columns -%}
        cast(null as {{ column.data_type }})
    {%- elif meta.get('values') -%}
        case
            when {{ category(text) }} in ('{{ meta['values'] | join("', '") }}')
                then {{ category(text) }}
            when {{ text }} is not null then 'other'
        end
    {%- elif column.data_type == 'string' -%}
        {%- if meta.get('letter_case') == 'lower' -%}
            {{ category(text) }}
        {%- elif meta.get('letter_case') == 'upper' -%}
            upper({{ text }})
        {%- else -%}
            {{ text }}
        {%- endif -%}
    {%- elif raw_columns[column.name] not in ('varchar', 'string') -%}
        {{ adapter.dispatch('raw_typed_value')(column.name, column.data_type) }}
    {%- elif column.data_type == 'boolean' -%}
        case
            when lower({{ text }}) in ('true', 't', 'yes', 'y', '1') then true
            when lower({{ text }}) in ('false', 'f', 'no', 'n', '0') then false
        end
    {%- elif column.data_type == 'double' -%}
        case
            when {{ text_matches(text, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') }}
                then try_cast({{ text }} as double)
        end
    {%- else -%}
        case
            when {{ text_matches(text, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?') }}
                then cast({{ adapter.dispatch('text_to_utc')(text) }} as {{ column.data_type }})
        end
    {%- endif -%}
{% endmacro %}

{# The text of a raw column, trimmed; blank is null. #}
{% macro raw_text(name) -%}
    nullif(trim(cast(raw_rows.{{ name }} as string)), '')
{%- endmacro %}

{% macro duckdb__raw_typed_value(name, data_type) -%}
    {%- if data_type == 'double' -%}
        case
            when isfinite(try_cast(raw_rows.{{ name }} as double))
                then cast(raw_rows.{{ name }} as double)
        end
    {%- else -%}
        try_cast(raw_rows.{{ name }} as {{ data_type }})
    {%- endif -%}
{%- endmacro %}

{% macro spark__raw_typed_value(name, data_type) -%}
    {%- if data_type == 'double' -%}
        case
            when abs(try_cast(raw_rows.{{ name }} as double)) < double('Infinity')
                then cast(raw_rows.{{ name }} as double)
        end
    {%- else -%}
        try_cast(raw_rows.{{ name }} as {{ data_type }})
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__text_to_utc(text) -%}
    cast(try_cast({{ text }} as timestamp with time zone) as timestamp)
{%- endmacro %}

{% macro spark__text_to_utc(text) -%}
    cast(try_cast({{ text }} as timestamp_ltz) as timestamp)
{%- endmacro %}

{# A condition: all of a text matches a regular expression. #}
{% macro text_matches(text, pattern) -%}
    {{ adapter.dispatch('text_matches')(text, pattern) }}
{%- endmacro %}

{% macro duckdb__text_matches(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__text_matches(text, pattern) -%}
    {{ text }} rlike '^({{ pattern }})$'
{%- endmacro %}

{#
    Whether the raw row has a value in a column: text that is not blank, or a value of the
    file's own type.
#}
{% macro raw_is_given(name, raw_columns) -%}
    {%- if raw_columns[name] in ('varchar', 'string') -%}
        trim(_raw_row.{{ name }}) <> ''
    {%- else -%}
        _raw_row.{{ name }} is not null
    {%- endif -%}
{%- endmacro %}

{# The raw row as one value. #}
{% macro raw_row(raw_columns) -%}
    {{ adapter.dispatch('raw_row')(raw_columns) }}
{%- endmacro %}

{% macro duckdb__raw_row(raw_columns) -%}
    raw_rows
{%- endmacro %}

{# With times as text: in JSON, Spark would write them as 2026-06-30T12:00:00.000 #}
{% macro spark__raw_row(raw_columns) -%}
    struct(
            {%- for name, type in raw_columns.items() %}
            {{ 'cast(raw_rows.' ~ name ~ ' as string) as ' ~ name
                if type.startswith('timestamp') else 'raw_rows.' ~ name }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        )
{%- endmacro %}

{# The raw row as JSON, for rejected_records. #}
{% macro raw_record() %}{{ adapter.dispatch('raw_record')() }}{% endmacro %}
{% macro duckdb__raw_record() %}cast(to_json(_raw_row) as string){% endmacro %}
{% macro spark__raw_record() %}to_json(_raw_row, map('ignoreNullFields', 'false')){% endmacro %}
