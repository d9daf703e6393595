{#
    The chance that a standard normal number lies at least as far from 0 as z, on either side:
    the p-value of z. By the polynomial 26.2.17 in Abramowitz and Stegun, Handbook of Mathematical
    Functions (1964), which is right to 7.5e-8. Null stays null.
#}
{% macro chance_of(z) -%}
{%- set t = '(1 / (1 + 0.2316419 * abs(' ~ z ~ ')))' -%}
(
    2 * exp(-0.5 * ({{ z }}) * ({{ z }})) / sqrt(2 * pi())
    * {{ t }} * (
        0.319381530 + {{ t }} * (
            -0.356563782 + {{ t }} * (
                1.781477937 + {{ t }} * (-1.821255978 + {{ t }} * 1.330274429)
            )
        )
    )
)
{%- endmacro %}
