-- Every rule that the other seeds must keep, in words: which row, and what is wrong.

with

signals as (

    select * from {{ ref('signals') }}

),

health_bands as (

    select * from {{ ref('health_bands') }}

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

first_health_bands as (

    select min(effective_from) as first_day from health_bands

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
        'health_bands',
        cast(effective_from as string),
        'the lowest band must begin at 0, none above 100: scores would have no band'
    from health_bands
    group by effective_from
    having
        coalesce(min(min_score), -1) <> 0
        or max(min_score) > 100

    union all

    select
        'health_bands',
        concat(
            cast(effective_from as string), ' min_score ', cast(min_score as string)
        ),
        'bands overlap: two of them begin at the same score'
    from health_bands
    where min_score is not null
    group by effective_from, min_score
    having count(*) > 1

    union all

    select
        'health_bands',
        cast(effective_from as string),
        'exactly one band, unknown, must have no min_score'
    from health_bands
    group by effective_from
    having
        sum(case when min_score is null and band = 'unknown' then 1 else 0 end) <> 1
        or sum(case when min_score is null then 1 else 0 end) <> 1

    union all

    select
        'health_bands',
        'effective_from',
        'one version of the bands must hold from 1900-01-01'
    from first_health_bands
    where first_day is null or first_day > cast('1900-01-01' as date)

    union all

    select
        'score_caps',
        cap,
        concat(
            'a cap needs a reason, added_by, effective_from, cap_at from 0 to 100, ',
            'and either a signal with comparison and threshold or an account_id'
        )
    from {{ ref('score_caps') }}
    where
        reason is null
        or added_by is null
        or effective_from is null
        or cap_at is null
        or cap_at < 0
        or cap_at > 100
        or (signal is null) = (account_id is null)
        or (
            signal is not null
            and (
                threshold is null
                or comparison is null
                or comparison not in ('>', '>=', '<', '<=')
            )
        )

    union all

    select
        'exchange_rates',
        concat(currency, ' ', cast(valid_from as string)),
        'rate must be more than 0'
    from {{ ref('exchange_rates') }}
    where rate is null or rate <= 0

    union all

    select
        'size_bands',
        size_band,
        'min_employees must be given and differ from that of every other band'
    from (
        select
            size_band,
            min_employees,
            count(*) over (partition by min_employees) as bands

        from {{ ref('size_bands') }}
    )
    where min_employees is null or bands > 1

    union all

    select
        'thresholds',
        'power_user_days_28d',
        'must be there, with a value above 0: power users are counted by it'
    from (
        select max(case when threshold = 'power_user_days_28d' then value end) as days

        from {{ ref('thresholds') }}
    )
    where days is null or days <= 0

)

select * from problems
