{#
    A double, rounded to some decimals, half away from zero: the same on every engine, bit for
    bit. round(x, n) is not: Spark rounds the decimal digits that a double is written with,
    DuckDB the double itself, so 0.285 becomes 0.29 or 0.28. To no decimals both agree.
#}
{% macro rounded(value, decimals) -%}
    round(({{ value }}) * 1e{{ decimals }}) / 1e{{ decimals }}
{%- endmacro %}
