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

    select
        account_id,
        first_day,
        {%- for direction in ['up', 'down'] %}
        concat_ws(
            '; '
            {%- for rank in [1, 2, 3] %},
            max(
                case
                    when direction = '{{ direction }}' and move_rank = {{ rank }}
                        then sentence
                end
            )
            {%- endfor %}
        ) as signals_{{ direction }}{{ ',' if not loop.last }}
        {%- endfor %}

    from moved_signals

    group by account_id, first_day

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
