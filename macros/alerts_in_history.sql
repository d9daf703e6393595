{# The days and runs of which int_open_alert_days tells the alerts, before this run. #}
{% macro days_with_alerts_in_history() -%}
    {%- set relation = history_relation('int_open_alert_days') -%}
    {%- if relation -%}
        select
            snapshot_date,
            run_id
        from {{ relation }}
        group by snapshot_date, run_id
    {%- else -%}
        select
            cast(null as date) as snapshot_date,
            cast(null as string) as run_id
        where false
    {%- endif -%}
{%- endmacro %}

{# The alerts of each day in int_open_alert_days, before this run. #}
{% macro open_alerts_in_history() -%}
    {%- set relation = history_relation('int_open_alert_days') -%}
    {%- if relation -%}
        select * from {{ relation }}
        where account_id is not null
    {%- else -%}
        select
            {%- for column in [
                'account_id', 'rule', 'label', 'severity', 'sentence', 'owner_role',
                'action',
            ] %}
            cast(null as string) as {{ column }},
            {%- endfor %}
            {%- for column in ['snapshot_date', 'first_day', 'last_day'] %}
            cast(null as date) as {{ column }},
            {%- endfor %}
            {%- for column in ['days_held', 'days_quiet', 'sort_order'] %}
            cast(null as int) as {{ column }},
            {%- endfor %}
            cast(null as double) as value_on_first_day,
            cast(null as double) as worst_value
        where false
    {%- endif -%}
{%- endmacro %}
