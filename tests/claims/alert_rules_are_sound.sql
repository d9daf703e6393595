-- Every rule that seeds/alert_rules.csv must keep, in words: which row, and what is
-- wrong. Not part of policy_is_sound: a mistake in them keeps alerts from being told,
-- but not a score from being stored.

{%- set kinds = {
    'band_fall': ['band', 'look_back_days'],
    'unusual_fall': ['look_back_days', 'change_days', 'usual_at_least', 'minimum_days'],
    'cap': [],
    'signal': ['signal'],
    'red_inside': ['band'],
    'score_missing': ['look_back_days'],
    'coverage_fall': ['look_back_days'],
    'renewal_fall': ['look_back_days', 'within_days'],
} %}
{%- set numbers = ['look_back_days', 'change_days', 'usual_at_least', 'minimum_days'] %}

with

alert_rules as (

    select * from {{ ref('alert_rules') }}

),

bands as (

    select distinct band from {{ ref('health_bands') }}

    where min_score is not null

),

problems as (

    select
        rule,
        concat(
            'unknown kind ', coalesce(kind, '(blank)'),
            ': seeds/_seeds__actions.yml says which there are'
        ) as problem
    from alert_rules
    where
        kind is null
        or (
            kind <> 'cap'
            {%- for kind in kinds if kind != 'cap' %}
            and kind <> '{{ kind }}'
            {%- endfor %}
        )

    {%- for kind, columns in kinds.items() %}
    {%- for column in columns %}

    union all

    select
        rule,
        'the kind {{ kind }} needs {{ column }}'
    from alert_rules
    where kind = '{{ kind }}' and {{ column }} is null
    {%- endfor %}
    {%- endfor %}
    {%- for column in numbers %}

    union all

    select
        rule,
        '{{ column }} must be more than 0'
    from alert_rules
    where {{ column }} <= 0
    {%- endfor %}

    union all

    select
        rule,
        'severity must be urgent, warning or notice'
    from alert_rules
    where severity is null or severity not in ('urgent', 'warning', 'notice')

    union all

    select
        rule,
        concat(
            'label, sort_order, comparison (>, >=, <, <=), enters_at, stays_at, ',
            'quiet_days of 1 or more, owner_role, words and reason must be given'
        )
    from alert_rules
    where
        label is null
        or sort_order is null
        or comparison is null
        or comparison not in ('>', '>=', '<', '<=')
        or enters_at is null
        or stays_at is null
        or quiet_days is null
        or quiet_days < 1
        or owner_role is null
        or words is null
        or reason is null

    union all

    select
        rule,
        'stays_at must be as easy to reach as enters_at: alerts would end as they begin'
    from alert_rules
    where
        (comparison in ('>', '>=') and stays_at > enters_at)
        or (comparison in ('<', '<=') and stays_at < enters_at)

    union all

    select
        alert_rules.rule,
        concat('unknown action ', coalesce(alert_rules.action, '(blank)'))
    from alert_rules
    left join {{ ref('actions') }} as actions
        on alert_rules.action = actions.action
    where actions.action is null

    union all

    select
        alert_rules.rule,
        concat('unknown band ', alert_rules.band, ', or one without scores')
    from alert_rules
    left join bands
        on alert_rules.band = bands.band
    where alert_rules.band is not null and bands.band is null

    union all

    select
        alert_rules.rule,
        concat(
            'no scorecard has the signal ', alert_rules.signal,
            ': add it to scorecard_signals, with weight 0 to watch it'
        )
    from alert_rules
    left join {{ ref('scorecard_signals') }} as scorecard_signals
        on alert_rules.signal = scorecard_signals.signal
    where
        alert_rules.signal is not null
        and scorecard_signals.signal is null

    union all

    select
        rule,
        concat('words have braces around what nobody knows: ', words)
    from alert_rules
    where
        length(words) - length(replace(words, '{', ''))
        <> 0
        {%- for name in ['value', 'before', 'now', 'name', 'days', 'change_days',
            'renewal'] %}
        + (length(words) - length(replace(words, '{{ '{' ~ name ~ '}' }}', '')))
        / {{ name | length + 2 }}
        {%- endfor %}

)

select
    'alert_rules' as seed,
    rule,
    problem

from problems
