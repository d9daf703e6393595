-- Every rule that the seeds of what is measured must keep, in words: which row, and
-- what is wrong. Those of scorecards, bands and contacts have claims of their own.

with

signals as (

    select * from {{ ref('signals') }}

),

raw_tables as (

    -- dbt parses this test before it knows the sources
    select
        cast(null as string) as source,
        cast(null as string) as table_name
    where false

    {%- for table in graph.sources.values() %}

    union all

    select
        '{{ table.source_name }}' as source,
        '{{ table.name }}' as table_name
    {%- endfor %}

),

problems as (

    select
        'signals' as seed,
        signals.signal as place,
        concat('unknown dimension ', coalesce(signals.dimension, '(blank)')) as problem
    from signals
    left join {{ ref('dimensions') }} as dimensions
        on signals.dimension = dimensions.dimension
    where dimensions.dimension is null

    union all

    select
        'signals',
        signals.signal,
        concat('unknown action ', coalesce(signals.action, '(blank)'))
    from signals
    left join {{ ref('actions') }} as actions
        on signals.action = actions.action
    where actions.action is null

    union all

    select
        'signals',
        signals.signal,
        concat(
            'unknown governing_source ', coalesce(signals.governing_source, '(blank)')
        )
    from signals
    left join {{ ref('sources') }} as sources
        on signals.governing_source = concat(sources.source, '.', sources.table_name)
    where sources.source is null

    union all

    select
        'signals',
        signals.signal,
        concat('unknown governing_source_activity ', signals.governing_source_activity)
    from signals
    left join {{ ref('sources') }} as sources
        on
            signals.governing_source_activity
            = concat(sources.source, '.', sources.table_name)
    where
        signals.governing_source_activity is not null
        and sources.source is null

    union all

    select
        'signals',
        signal,
        'unit, owner_team and description must be given'
    from signals
    where unit is null or owner_team is null or description is null

    union all

    select
        'signals',
        signal,
        'better must be more, less or middle'
    from signals
    where better is null or better not in ('more', 'less', 'middle')

    union all

    select
        'signals',
        signal,
        concat(
            'it needs words: a label, a value_format that its description names, ',
            'and value_words with {value}; of a flag value_words without it, ',
            'and zero_words'
        )
    from signals
    where
        label is null
        or value_format is null
        or value_format not in (
            'number', 'percent', 'per_hundred', 'change', 'difference', 'deviations',
            'days', 'days_to_365', 'hours', 'minutes', 'months', 'money', 'flag'
        )
        or value_words is null
        or (value_format = 'flag') = (value_words like '%{value}%')
        or (value_format = 'flag' and zero_words is null)
        or zero_words like '%{value}%'

    union all

    select
        'signals',
        min(signal),
        concat('another signal has the same label: ', label)
    from signals
    group by label
    having count(*) > 1

    union all

    select
        'sources',
        concat(raw_tables.source, '.', raw_tables.table_name),
        'this raw table has no row: add it with its max_lag_days and owner'
    from raw_tables
    left join {{ ref('sources') }} as sources
        on
            raw_tables.source = sources.source
            and raw_tables.table_name = sources.table_name
    where sources.source is null

    union all

    select
        'dimensions',
        dimension,
        'axis must be relationship or impact'
    from {{ ref('dimensions') }}
    where axis is null or axis not in ('relationship', 'impact')

    union all

    select
        'exchange_rates',
        concat(currency, ' ', cast(valid_from as string)),
        'rate must be more than 0'
    from {{ ref('exchange_rates') }}
    where rate is null or rate <= 0

    union all

    select
        'actions',
        action,
        concat(
            'title, playbook and owner_role must be given, due_in_days be 0 or more, ',
            'and effort light or full'
        )
    from {{ ref('actions') }}
    where
        title is null
        or playbook is null
        or owner_role is null
        or due_in_days is null
        or due_in_days < 0
        or effort is null
        or effort not in ('light', 'full')

    union all

    select
        'thresholds',
        needed.threshold,
        'must be there, with a value, above 0 except for an NPS: a model asks for it'
    from (
        select 'power_user_days_28d' as threshold
        union all
        select 'threading_capital' as threshold
        union all
        select 'momentum_rising' as threshold
        union all
        select 'momentum_least_movement' as threshold
        union all
        select 'peer_rank_minimum_peers' as threshold
        union all
        select 'expansion_minimum_health' as threshold
        union all
        select 'expansion_minimum_owners' as threshold
        union all
        select 'advocacy_minimum_health' as threshold
        union all
        select 'advocacy_minimum_nps' as threshold
        union all
        select 'advocacy_champion_capital' as threshold
        union all
        select 'advocacy_champion_touch_days' as threshold
        union all
        select 'feature_minimum_accounts' as threshold
        {%- for threshold in ['signal_false_discovery_share', 'course_months',
            'drift_reference_months', 'drift_psi_moderate', 'drift_psi_large',
            'drift_auc_fall', 'drift_auc_fall_deviations'] %}
        union all
        select '{{ threshold }}' as threshold
        {%- endfor %}
    ) as needed
    left join {{ ref('thresholds') }} as thresholds
        on needed.threshold = thresholds.threshold
    where
        thresholds.value is null
        or (thresholds.value <= 0 and thresholds.unit <> 'NPS points')

    union all

    select
        'thresholds',
        threshold,
        'value must be at least 1: it counts accounts'
    from {{ ref('thresholds') }}
    where unit = 'accounts' and value < 1

    union all

    select
        'thresholds',
        threshold,
        'value must be a share, less than 1: it says how many of all'
    from {{ ref('thresholds') }}
    where unit = 'share' and value >= 1

    union all

    select
        'thresholds',
        threshold,
        'value must be a whole number of months, at least 1'
    from {{ ref('thresholds') }}
    where unit = 'months' and (value < 1 or value <> floor(value))

    union all

    select
        'thresholds',
        moderate.threshold,
        'it must be less than drift_psi_large'
    from {{ ref('thresholds') }} as moderate
    inner join {{ ref('thresholds') }} as large
        on large.threshold = 'drift_psi_large'
    where
        moderate.threshold = 'drift_psi_moderate'
        and moderate.value >= large.value

)

select * from problems
