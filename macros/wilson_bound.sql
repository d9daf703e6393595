{#
    Lower or upper bound of the 95 % interval (Wilson) of a share, from how many of how many
    observations: it stays within 0 and 1, and is no point where all or none are. Null
    without observations.
#}
{% macro wilson_bound(outcomes, observations, side) -%}
{%- set squared_z = '3.841459' -%}
{%- set spread -%}
1.959964 * sqrt(
    {{ outcomes }} * 1e0 * ({{ observations }} - {{ outcomes }})
    / nullif({{ observations }}, 0) + {{ squared_z }} / 4
)
{%- endset -%}
{{ rounded(
    '(' ~ outcomes ~ ' + ' ~ squared_z ~ ' / 2 ' ~ ('-' if side == 'low' else '+') ~ ' '
    ~ spread ~ ') / (' ~ observations ~ ' + ' ~ squared_z ~ ')', 6
) }} + 0.0
{%- endmacro %}
