{# The candidates that scorecard_what_if_summary told of, and as what, before this run. #}
{% macro candidates_in_history() -%}
    {%- set relation = history_relation('scorecard_what_if_summary') -%}
    {%- if relation -%}
        select
            evaluated_on,
            scorecard,
            scorecard_version,
            policy_fingerprint
        from {{ relation }}
    {%- else -%}
        select
            cast(null as date) as evaluated_on,
            cast(null as string) as scorecard,
            cast(null as int) as scorecard_version,
            cast(null as string) as policy_fingerprint
        where false
    {%- endif -%}
{%- endmacro %}
