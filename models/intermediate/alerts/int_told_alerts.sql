-- One row per alert of int_alert_spells: what it says, in the words of its first day,
-- and how it stood before this run.

{#- what stands in braces in the words of a rule -#}
{%- set sentence = namespace(sql='rules.words') %}
{%- for word, text in {
    'value': 'first_days.value_in_words',
    'before': 'first_days.value_before_in_words',
    'now': 'first_days.value_now_in_words',
    'name': 'first_days.name',
    'days': 'cast(rules.look_back_days as string)',
    'change_days': 'cast(rules.change_days as string)',
    'renewal': 'cast(due_days.days_to_renewal as string)',
}.items() %}
{%- set sentence.sql = "replace(\n            " ~ sentence.sql ~ ", '{"
    ~ word ~ "}', coalesce(" ~ text ~ ", 'unknown')\n        )" %}
{%- endfor %}

with

due_days as (

    select * from {{ ref('int_health_history') }}

    where is_due

),

rules as (

    select * from {{ ref('alert_rules') }}

),

spells as (

    select * from {{ ref('int_alert_spells') }}

),

carried_alerts as (

    select * from {{ ref('int_carried_alerts') }}

),

-- numbers as people read them: one decimal, where there is one
first_days as (

    select
        {%- for number in ['value', 'value_before', 'value_now'] %}
        case
            when {{ rounded(number, 1) }} = round({{ number }})
                then cast(cast(round({{ number }}) as bigint) as string)
            else cast(cast({{ rounded(number, 1) }} as decimal(18, 1)) as string)
        end as {{ number }}_in_words,
        {%- endfor %}
        *

    from {{ ref('int_alert_days') }}

),

told_alerts as (

    select
        -- keys
        spells.account_id,
        spells.rule,
        spells.first_day,

        -- as the rule was on the first day
        coalesce(carried_alerts.label, rules.label) as label,
        coalesce(carried_alerts.severity, rules.severity) as severity,
        coalesce(carried_alerts.sort_order, rules.sort_order) as sort_order,
        coalesce(carried_alerts.sentence, {{ sentence.sql }}) as sentence,
        coalesce(carried_alerts.value_on_first_day, first_days.value)
            as value_on_first_day,
        coalesce(carried_alerts.owner_role, rules.owner_role) as owner_role,
        coalesce(carried_alerts.action, rules.action) as action,

        -- as the rule is
        rules.kind,
        rules.comparison,
        rules.quiet_days,
        spells.last_clock,

        -- how it stood before this run
        carried_alerts.last_day as last_day_before,
        coalesce(carried_alerts.days_held, 0) as days_held_before,
        carried_alerts.worst_value as worst_value_before,
        carried_alerts.clock as clock_before

    from spells

    inner join rules
        on spells.rule = rules.rule

    left join carried_alerts
        on
            spells.account_id = carried_alerts.account_id
            and spells.rule = carried_alerts.rule
            and spells.first_day = carried_alerts.first_day

    left join first_days
        on
            spells.account_id = first_days.account_id
            and spells.rule = first_days.rule
            and spells.first_day = first_days.snapshot_date

    left join due_days
        on
            spells.account_id = due_days.account_id
            and spells.first_day = due_days.snapshot_date

)

select * from told_alerts
