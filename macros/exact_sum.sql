{#
    A sum, as a double, that is the same whatever the order of the rows: doubles add up to
    other last digits in another order, and decimals do not. Each summand is rounded to
    `decimals` first; it may have 18 digits in all.
#}
{% macro exact_sum(summand, decimals=12) -%}
    cast(sum(cast({{ rounded(summand, decimals) }} as decimal(18, {{ decimals }}))) as double)
{%- endmacro %}
