{# A categorical text in one spelling: trimmed, lower case, words joined by underscores. #}
{% macro category(text) -%}
    nullif(replace(replace(lower(trim({{ text }})), ' ', '_'), '-', '_'), '')
{%- endmacro %}
