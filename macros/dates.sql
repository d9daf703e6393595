{# A date from the settings as SQL, null when it is not set. Anything but a date is refused. #}
{% macro date_setting(name) -%}
    {%- set value = parse_date(name) -%}
    {%- if value %}cast('{{ value.isoformat() }}' as date){% else %}cast(null as date){% endif -%}
{%- endmacro %}

{# A date from the settings as a Python date, none when it is not set. #}
{% macro parse_date(name) %}
    {% set value = var(name) %}
    {{ return(modules.datetime.date.fromisoformat(value | string) if value else none) }}
{% endmacro %}


{# As a column: a row for each day from the first to the last date, both included. #}
{% macro days_between(first_date, last_date) -%}
    {{ adapter.dispatch('days_between')(first_date, last_date) }}
{%- endmacro %}

{% macro duckdb__days_between(first_date, last_date) -%}
    {{ first_date }} + cast(unnest(range({{ last_date }} - {{ first_date }} + 1)) as int)
{%- endmacro %}

{% macro spark__days_between(first_date, last_date) -%}
    explode(sequence({{ first_date }}, {{ last_date }}))
{%- endmacro %}


{# Hours from one timestamp to another, with fractions; null when either is null. #}
{% macro hours_between(start, end) -%}
    {{ adapter.dispatch('hours_between')(start, end) }}
{%- endmacro %}

{% macro duckdb__hours_between(start, end) -%}
    (epoch({{ end }}) - epoch({{ start }})) / 3600.0
{%- endmacro %}

{% macro spark__hours_between(start, end) -%}
    timestampdiff(microsecond, {{ start }}, {{ end }}) / 3.6e9
{%- endmacro %}


{#
    The first day of whose snapshot a record is part: that of `happened_on`, or when it arrived later
    than late_data_days after it, the first day that was still open then.
#}
{% macro known_on(happened_on) -%}
    case
        when loaded_on - {{ var('late_data_days') }} > {{ happened_on }}
            then loaded_on - {{ var('late_data_days') }}
        else {{ happened_on }}
    end
{%- endmacro %}
