{#
    A sum, as a double, that is the same whatever the order of the rows: doubles add up to
    other last digits in another order, and decimals do not. Each summand is rounded to
    `decimals` first; it may have 18 digits in all.
#}
{% macro exact_sum(summand, decimals=12) -%}
    cast(sum(cast({{ rounded(summand, decimals) }} as decimal(18, {{ decimals }}))) as double)
{%- endmacro %}


{# A mean from exact_sum, so that engines round it alike; null values do not count. #}
{% macro exact_mean(value, decimals=6) -%}
    {{ exact_sum(value, decimals) }} / nullif(count({{ value }}), 0)
{%- endmacro %}


{#
    A median or quartile of values of up to 6 decimals, which has up to 8: an expression that
    engines work out to other last digits, and would round apart where it ends in a 5.
#}
{% macro exact_quantile(value, share) -%}
    {{ rounded('percentile_cont(' ~ share ~ ') within group (order by ' ~ value ~ ')', 8) }}
{%- endmacro %}
