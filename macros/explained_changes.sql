{#
    Change, causes and signals between two days, for rows of `pairs` (account_id, first_day,
    last_day, one per account and first_day): what health_changes shows of its periods, and
    analyses/what_changed_between_two_days.sql of any two days.
#}
{% macro explained_changes(pairs) -%}
with

causes as (

    {{ change_causes(pairs) }}

),

moved_signals as (

    {{ moved_signals(pairs) }}

),

sentences as (

    {{ moves_in_a_row('moved_signals') }}

)

select
    causes.*,
    {%- for direction in ['up', 'down'] %}
    case
        when causes.change is not null then nullif(sentences.signals_{{ direction }}, '')
    end as signals_{{ direction }}{{ ',' if not loop.last }}
    {%- endfor %}

from causes

left join sentences
    on
        causes.account_id = sentences.account_id
        and causes.first_day = sentences.first_day
{%- endmacro %}
