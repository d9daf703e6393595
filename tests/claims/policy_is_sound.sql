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
        'opportunity_stages',
        stage,
        'points must lie between 0 and 100'
    from {{ ref('opportunity_stages') }}
    where points is null or points < 0 or points > 100

    union all

    select
        'lead_sources',
        lead_source,
        'kind must be marketing, referral, sales, partner or customer_success'
    from {{ ref('lead_sources') }}
    where
        kind is null
        or kind not in (
            'marketing', 'referral', 'sales', 'partner', 'customer_success'
        )

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
    {%- for threshold in ['peer_rank_minimum_peers', 'expansion_minimum_health',
        'expansion_minimum_owners', 'advocacy_minimum_health', 'advocacy_minimum_nps',
        'advocacy_champion_capital', 'advocacy_champion_touch_days',
        'feature_minimum_accounts'] %}

    union all

    select
        'thresholds',
        '{{ threshold }}',
        'must be there, with a value: nothing would ever reach it'
    from (
        select
            max(case when threshold = '{{ threshold }}' then value end) as known_value

        from {{ ref('thresholds') }}
    )
    where known_value is null
    {%- endfor %}

    union all

    select
        'thresholds',
        threshold,
        'value must be at least 1: it counts accounts'
    from {{ ref('thresholds') }}
    where unit = 'accounts' and value < 1

    union all

    select
        'health_bands',
        band,
        concat(
            'a band with a min_score must be green, yellow, orange or red, ',
            'and the same in every version: its accounts would be counted twice or not'
        )
    from health_bands
    where min_score is not null
    group by band
    having
        count(distinct colour) <> 1
        or count(*) <> count(
            case when colour in ('green', 'yellow', 'orange', 'red') then 1 end
        )

    union all

    select
        'tenure_bands',
        tenure_band,
        'min_tenure_days must be given and differ from that of every other band'
    from (
        select
            tenure_band,
            min_tenure_days,
            count(*) over (partition by min_tenure_days) as bands

        from {{ ref('tenure_bands') }}
    )
    where min_tenure_days is null or bands > 1

    union all

    select
        'executive_roles',
        concat(attribute, ' ', value),
        'attribute must be seniority or persona'
    from {{ ref('executive_roles') }}
    where attribute not in ('seniority', 'persona')

    union all

    select
        'comment_words',
        word,
        'polarity must lie between -2 and 2'
    from {{ ref('comment_words') }}
    where polarity is null or polarity < -2 or polarity > 2

    union all

    select
        'comment_words',
        word,
        concat(
            'it would never be found: write it in lower case, ',
            'without punctuation, apostrophes and blanks around it'
        )
    from {{ ref('comment_words') }}
    where
        word <> lower(trim(word))
        or word <> translate(word, concat('.,;:!?()/-"', chr(39), '’'), '')

    union all

    select
        'personas',
        persona,
        'importance must be from 0 to 1, and is_key 0 or 1'
    from {{ ref('personas') }}
    where
        importance is null
        or importance < 0
        or importance > 1
        or is_key is null
        or is_key not in (0, 1)

    union all

    select
        'personas',
        'unknown',
        'this row is missing: contacts without a persona would count for nothing'
    from (
        select sum(case when persona = 'unknown' then 1 else 0 end) as unknown_rows

        from {{ ref('personas') }}
    )
    where coalesce(unknown_rows, 0) <> 1

    union all

    select
        'role_words',
        concat(role_words.field, ' ', role_words.words),
        concat(
            'field must be job_title or user_role, words in lower case, ',
            'persona one in personas, and seniority one in crm.contacts'
        )
    from {{ ref('role_words') }} as role_words
    left join {{ ref('personas') }} as personas
        on role_words.persona = personas.persona
    where
        role_words.field not in ('job_title', 'user_role')
        or role_words.words <> lower(trim(role_words.words))
        or (role_words.persona is not null and personas.persona is null)
        or role_words.seniority not in (
            'individual_contributor', 'manager', 'director', 'vp', 'c_level'
        )

    union all

    select
        'relationship_attributes',
        attribute,
        concat(
            'it must be one that int_contact_capital_by_account_day scores, with a ',
            'weight of 0 or more, knots that differ, and engagement, influence or trust'
        )
    from {{ ref('relationship_attributes') }}
    where
        reading is null
        or reading not in ('engagement', 'influence', 'trust')
        or weight is null
        or weight < 0
        or zero_at is null
        or hundred_at is null
        or zero_at = hundred_at
        or attribute not in (
            'days_since_touch', 'days_since_conversation', 'meetings', 'calls',
            'emails', 'qbrs', 'cadence_share', 'gap_variation', 'inbound_share',
            'reply_hours', 'emails_answered_share', 'attendance_share',
            'is_product_user', 'seniority_rank', 'persona_importance', 'is_champion',
            'opportunities', 'own_staff', 'intimacy', 'in_person_meetings',
            'survey_answers', 'nps_given', 'trusted_advisor', 'value_understood',
            'tie_days'
        )

)

select * from problems
