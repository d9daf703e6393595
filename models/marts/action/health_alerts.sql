-- One row per account per alert rule per spell in which its condition held: since and
-- until when, whether it is open, what is at stake, and the alert in words.

{#- what stands in braces in the words of a rule -#}
{%- set sentence = namespace(sql='rules.words') %}
{%- for placeholder, text in {
    'value': 'spells.value_on_first_day_in_words',
    'before': 'spells.value_before_in_words',
    'now': 'spells.value_now_in_words',
    'name': 'spells.name',
    'days': 'cast(rules.look_back_days as string)',
    'change_days': 'cast(rules.change_days as string)',
    'renewal': 'cast(first_days.days_to_renewal as string)',
}.items() %}
{%- set sentence.sql = "replace(\n            " ~ sentence.sql ~ ", '{"
    ~ placeholder ~ "}', coalesce(" ~ text ~ ", 'unknown')\n        )" %}
{%- endfor %}

with

health_history as (

    select * from {{ ref('int_health_history') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

spells as (

    select * from {{ ref('int_alert_spells') }}

),

-- numbers as people read them: one decimal, where there is one
spells_in_words as (

    select
        {%- for number in ['value_on_first_day', 'value_before', 'value_now'] %}
        case
            when {{ rounded(number, 1) }} = round({{ number }})
                then cast(cast(round({{ number }}) as bigint) as string)
            else cast(cast({{ rounded(number, 1) }} as decimal(18, 1)) as string)
        end as {{ number }}_in_words,
        {%- endfor %}
        spells.*

    from spells

),

health_alerts as (

    select
        -- keys
        concat(
            spells.account_id, ' ', spells.rule, ' ', cast(spells.first_day as string)
        ) as alert_id,
        spells.account_id,
        spells.rule,

        -- alert
        rules.label,
        rules.severity,
        rules.sort_order,
        {{ sentence.sql }} as sentence,
        spells.value_on_first_day,
        spells.worst_value,

        -- when
        spells.first_day,
        spells.last_day,
        cast(spells.days_held as int) as days_held,
        spells.holds_today,
        spells.is_open,

        -- what is at stake, and who acts
        last_days.arr as arr_at_stake,
        last_days.owner_id,
        rules.owner_role,
        rules.action

    from spells_in_words as spells

    inner join rules
        on spells.rule = rules.rule

    inner join health_history as first_days
        on
            spells.account_id = first_days.account_id
            and spells.first_day = first_days.snapshot_date

    inner join health_history as last_days
        on
            spells.account_id = last_days.account_id
            and spells.last_day = last_days.snapshot_date

)

select * from health_alerts
