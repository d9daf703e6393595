-- Every rule that bands, stages, quadrants and caps must keep, in words: which row, and
-- what is wrong.

with

signals as (

    select * from {{ ref('signals') }}

),

health_bands as (

    select * from {{ ref('health_bands') }}

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
        'health_bands' as seed,
        cast(effective_from as string) as place,
        'the lowest must begin at 0, none above 100, or scores have no band' as problem
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

)

select * from problems
