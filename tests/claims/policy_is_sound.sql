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

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

first_lifecycle_stages as (

    select min(effective_from) as first_day from lifecycle_stages

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
            'it needs words: a label, a value_format that _seeds.yml names, and ',
            'value_words with {value}; of a flag value_words without it, and zero_words'
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
        'score_caps',
        cap,
        'effective_to must lie after effective_from'
    from {{ ref('score_caps') }}
    where effective_to <= effective_from

    union all

    select
        'score_caps',
        caps.cap,
        concat('unknown signal ', caps.signal, ': it is not in seeds/signals.csv')
    from {{ ref('score_caps') }} as caps
    left join signals
        on caps.signal = signals.signal
    where
        caps.signal is not null
        and signals.signal is null

    union all

    select
        'lifecycle_stages',
        concat(coalesce(cast(effective_from as string), '(blank)'), ' ', stage),
        concat(
            'priority and effective_from must be given, and no range may end before ',
            'it begins'
        )
    from lifecycle_stages
    where
        priority is null
        or effective_from is null
        or max_tenure_days < min_tenure_days
        or max_days_to_renewal < min_days_to_renewal

    union all

    select
        'lifecycle_stages',
        'effective_from',
        'one version of the stages must hold from 1900-01-01'
    from first_lifecycle_stages
    where first_day is null or first_day > cast('1900-01-01' as date)

    union all

    select
        'lifecycle_stages',
        concat(one.stage, ' and ', other.stage),
        'they fit the same days at the same priority: set them apart by either'
    from lifecycle_stages as one
    inner join lifecycle_stages as other
        on
            one.effective_from = other.effective_from
            and one.priority = other.priority
            and one.stage < other.stage
    where
        coalesce(one.min_tenure_days, 0) <= coalesce(other.max_tenure_days, 1000000)
        and coalesce(other.min_tenure_days, 0) <= coalesce(one.max_tenure_days, 1000000)
        and coalesce(one.min_days_to_renewal, 0)
        <= coalesce(other.max_days_to_renewal, 1000000)
        and coalesce(other.min_days_to_renewal, 0)
        <= coalesce(one.max_days_to_renewal, 1000000)

    union all

    select
        'quadrants',
        'all rows',
        concat(
            'there must be four: relationship high or low, impact high or low, ',
            'each pair once'
        )
    from (
        select
            count(*) as quadrants,
            count(distinct concat(relationship, ' ', impact)) as places,
            sum(
                case
                    when
                        relationship in ('high', 'low') and impact in ('high', 'low')
                        then 1
                    else 0
                end
            ) as known_places

        from {{ ref('quadrants') }}
    )
    where quadrants <> 4 or places <> 4 or known_places <> 4

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
        needed.threshold,
        'must be there, with a value, and except for an NPS above 0: a model asks for it'
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
