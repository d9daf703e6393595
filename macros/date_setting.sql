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
