-- Every rule that the scorecard seeds must keep, in words: which row, and what is
-- wrong.

with

scorecards as (

    select
        *,
        concat(
            coalesce(customer_type, '*'), '|',
            coalesce(segment, '*'), '|', coalesce(industry, '*'), '|',
            coalesce(region, '*'), '|', coalesce(size_band, '*'), '|',
            coalesce(service_tier, '*'), '|', coalesce(product, '*'), '|',
            coalesce(lifecycle_stage, '*')
        ) as selectors,
        coalesce(effective_to, cast('9999-01-01' as date)) as ends_on

    from {{ ref('scorecards') }}

),

defaults as (

    select * from scorecards

    where
        status = 'published'
        and selectors = '*|*|*|*|*|*|*|*'

),

scorecard_dimensions as (

    select * from {{ ref('scorecard_dimensions') }}

),

scorecard_signals as (

    select
        scorecard_signals.*,
        signals.dimension,
        signals.better

    from {{ ref('scorecard_signals') }} as scorecard_signals

    left join {{ ref('signals') }} as signals
        on scorecard_signals.signal = signals.signal

),

defaults_with_earlier_end as (

    select
        effective_from,
        lag(ends_on, 1, cast('1900-01-01' as date)) over (
            order by effective_from
        ) as earlier_end

    from defaults

),

last_default as (

    select max(ends_on) as last_end from defaults

),

weights as (

    select
        scorecard,
        scorecard_version,
        sum(dimension_weight * signal_weight) as weight

    from {{ ref('int_scorecard_signals') }}

    group by scorecard, scorecard_version

),

problems as (

    select
        'scorecards' as seed,
        concat(scorecard, ' ', cast(version as string)) as place,
        'status must be published or candidate' as problem
    from scorecards
    where status is null or status not in ('published', 'candidate')

    union all

    select
        'scorecards',
        concat(scorecard, ' ', cast(version as string)),
        'minimum_coverage must lie between 0 and 1'
    from scorecards
    where minimum_coverage is null or minimum_coverage < 0 or minimum_coverage > 1

    union all

    select
        'scorecards',
        concat(scorecard, ' ', cast(version as string)),
        'priority, effective_from, changed_by and change_reason must be given'
    from scorecards
    where
        priority is null
        or effective_from is null
        or changed_by is null
        or change_reason is null

    union all

    select
        'scorecards',
        concat(scorecard, ' ', cast(version as string)),
        'effective_to must lie after effective_from'
    from scorecards
    where effective_to <= effective_from

    union all

    select
        'scorecards',
        concat(scorecard, ' ', cast(version as string)),
        'customer_type must be subscription or transactional, or blank'
    from scorecards
    where customer_type not in ('subscription', 'transactional')

    union all

    select
        'scorecards',
        concat(scorecards.scorecard, ' ', cast(scorecards.version as string)),
        concat(
            'no account has the lifecycle_stage ', scorecards.lifecycle_stage,
            ': it is not in seeds/lifecycle_stages.csv'
        )
    from scorecards
    left join {{ ref('lifecycle_stages') }} as lifecycle_stages
        on scorecards.lifecycle_stage = lifecycle_stages.stage
    where
        scorecards.lifecycle_stage is not null
        and lifecycle_stages.stage is null

    union all

    select
        'scorecards',
        concat(scorecards.scorecard, ' ', cast(scorecards.version as string)),
        concat(
            'no account has the size_band ', scorecards.size_band,
            ': it is not in seeds/size_bands.csv'
        )
    from scorecards
    left join {{ ref('size_bands') }} as size_bands
        on scorecards.size_band = size_bands.size_band
    where
        scorecards.size_band is not null
        and size_bands.size_band is null

    union all

    select
        'scorecards',
        'published rows without selectors',
        concat(
            'exactly one must hold on every day from 1900-01-01 on: ',
            'they have a gap or overlap'
        )
    from defaults_with_earlier_end
    where effective_from <> earlier_end

    union all

    select
        'scorecards',
        'published rows without selectors',
        'one must be open-ended: leave effective_to blank'
    from last_default
    where last_end is null or last_end < cast('9999-01-01' as date)

    union all

    select
        'scorecards',
        concat(one.scorecard, ' and ', other.scorecard),
        'equal priority needs identical selectors and dates that do not overlap'
    from scorecards as one
    inner join scorecards as other
        on
            one.priority = other.priority
            and concat(one.scorecard, ' ', cast(one.version as string))
            < concat(other.scorecard, ' ', cast(other.version as string))
    where
        one.status = 'published'
        and other.status = 'published'
        and (
            one.selectors <> other.selectors
            or (
                one.effective_from < other.ends_on
                and other.effective_from < one.ends_on
            )
        )

    union all

    -- who had the scorecard on a day is known, in which version follows from the day
    select
        'scorecards',
        concat(
            one.scorecard, ' ', cast(one.version as string), ' and ',
            cast(other.version as string)
        ),
        'two versions of a scorecard hold on the same days: end one before the other'
    from scorecards as one
    inner join scorecards as other
        on
            one.scorecard = other.scorecard
            and one.version < other.version
            and one.effective_from < other.ends_on
            and other.effective_from < one.ends_on
    where
        one.status = 'published'
        and other.status = 'published'

    union all

    select
        'scorecard_dimensions',
        concat(scorecard, ' ', cast(version as string), ' ', dimension),
        'weight must be a number that is not negative'
    from scorecard_dimensions
    where weight is null or weight < 0

    union all

    select
        'scorecard_dimensions',
        concat(
            scorecard_dimensions.scorecard, ' ',
            cast(scorecard_dimensions.version as string), ' ',
            scorecard_dimensions.dimension
        ),
        'unknown dimension: it is not in seeds/dimensions.csv'
    from scorecard_dimensions
    left join {{ ref('dimensions') }} as dimensions
        on scorecard_dimensions.dimension = dimensions.dimension
    where dimensions.dimension is null

    union all

    select
        'scorecard_dimensions',
        concat(
            scorecard_dimensions.scorecard, ' ',
            cast(scorecard_dimensions.version as string)
        ),
        'unknown scorecard version: it is not in seeds/scorecards.csv'
    from scorecard_dimensions
    left join scorecards
        on
            scorecard_dimensions.scorecard = scorecards.scorecard
            and scorecard_dimensions.version = scorecards.version
    where scorecards.scorecard is null

    union all

    select
        'scorecard_signals',
        concat(
            scorecard_signals.scorecard, ' ',
            cast(scorecard_signals.version as string), ' ',
            scorecard_signals.signal
        ),
        'unknown signal: it is not in seeds/signals.csv'
    from scorecard_signals
    where scorecard_signals.dimension is null

    union all

    select
        'scorecard_signals',
        concat(
            scorecard_signals.scorecard, ' ',
            cast(scorecard_signals.version as string), ' ',
            scorecard_signals.signal
        ),
        'its scorecard version has no row for its dimension in scorecard_dimensions'
    from scorecard_signals
    left join scorecard_dimensions
        on
            scorecard_signals.scorecard = scorecard_dimensions.scorecard
            and scorecard_signals.version = scorecard_dimensions.version
            and scorecard_signals.dimension = scorecard_dimensions.dimension
    where
        scorecard_dimensions.dimension is null
        and scorecard_signals.dimension is not null

    union all

    select
        'scorecard_signals',
        concat(scorecard, ' ', cast(version as string), ' ', signal),
        'weight must be a number that is not negative'
    from scorecard_signals
    where weight is null or weight < 0

    union all

    select
        'scorecard_signals',
        concat(scorecard, ' ', cast(version as string), ' ', signal),
        'shape must be linear or step'
    from scorecard_signals
    where shape is null or shape not in ('linear', 'step')

    union all

    select
        'scorecard_signals',
        concat(scorecard, ' ', cast(version as string), ' ', signal),
        'missing_policy must be redistribute, peer_median, neutral or penalise'
    from scorecard_signals
    where
        missing_policy is null
        or missing_policy not in ('redistribute', 'peer_median', 'neutral', 'penalise')

    union all

    select
        'scorecard_signals',
        concat(scorecard, ' ', cast(scorecard_version as string), ' ', signal),
        concat(
            'knots out of order: ',
            'zero_at, fifty_at, hundred_at, hundred_until, zero_again_at'
        )
    from {{ ref('int_scorecard_signals') }}
    where
        zero_at is null
        or hundred_at is null
        or zero_at >= fifty_at
        or fifty_at >= hundred_at
        or hundred_until < hundred_at
        or zero_again_at <= hundred_until
        or (hundred_until is null) <> (zero_again_at is null)

    union all

    select
        'scorecard_signals',
        concat(scorecard, ' ', cast(version as string), ' ', signal),
        concat(
            'by seeds/signals.csv, ', better,
            ' is better: the order of its knots says otherwise'
        )
    from scorecard_signals
    where
        (better = 'more' and hundred_at <= zero_at)
        or (better = 'less' and hundred_at >= zero_at)
        or (better = 'middle') <> (hundred_until is not null)

    union all

    -- what no scorecard shows is not stored
    select
        'score_caps',
        caps.cap,
        concat(
            'no scorecard version shows ', caps.signal, ', which it looks at: ',
            'add it to seeds/scorecard_signals.csv with its knots and weight 0'
        )
    from {{ ref('score_caps') }} as caps
    left join scorecard_signals
        on caps.signal = scorecard_signals.signal
    where
        caps.signal is not null
        and scorecard_signals.signal is null

    union all

    select
        'scorecard_dimensions',
        concat(scorecards.scorecard, ' ', cast(scorecards.version as string)),
        'its weights add up to zero: give a dimension with weight a signal with weight'
    from scorecards
    left join weights
        on
            scorecards.scorecard = weights.scorecard
            and scorecards.version = weights.scorecard_version
    where coalesce(weights.weight, 0) <= 0

    union all

    select
        'scorecard_dimensions',
        concat(
            scorecard_dimensions.scorecard, ' ',
            cast(scorecard_dimensions.version as string), ' ',
            scorecard_dimensions.dimension
        ),
        'the dimension has weight, but none of its signals has'
    from scorecard_dimensions
    left join scorecard_signals
        on
            scorecard_dimensions.scorecard = scorecard_signals.scorecard
            and scorecard_dimensions.version = scorecard_signals.version
            and scorecard_dimensions.dimension = scorecard_signals.dimension
    where scorecard_dimensions.weight > 0
    group by
        scorecard_dimensions.scorecard,
        scorecard_dimensions.version,
        scorecard_dimensions.dimension
    having coalesce(sum(scorecard_signals.weight), 0) <= 0

)

select * from problems
