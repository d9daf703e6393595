{#
    The share of the health score that a signal's weight is, 0 to 1: its share of the weight
    in its dimension times the dimension's share, both among what counts (`configured`,
    `applicable` or `scored`). Zero where nothing counts. For int_signal_scores.
#}
{% macro share_of_health(among) -%}
    coalesce({{ rounded(
        'scored_rows.signal_weight / nullif(dimension_weights.' ~ among ~ ', 0)'
        ~ ' * scored_rows.dimension_weight / nullif(account_weights.' ~ among ~ ', 0)', 9
    ) }}, 0)
{%- endmacro %}
