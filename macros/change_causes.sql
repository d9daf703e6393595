{#
    Why the score of accounts differs between two days: a query with one row per row of `pairs`
    (account_id, first_day, last_day, one per account and first_day): the health of both days, and
    the change in points, which is the sum of behaviour, coverage, configuration and caps.
#}
{% macro change_causes(pairs) -%}
with

account_health as (

    select * from {{ ref('account_health_daily') }}

    where
        snapshot_date in (
            select pairs.first_day from {{ pairs }} as pairs
            union
            select pairs.last_day from {{ pairs }} as pairs
        )

),

both_days as (

    select
        pairs.account_id,
        pairs.first_day,
        pairs.last_day,
        first_health.account_id is not null as has_first_day,
        last_health.account_id is not null as has_last_day,
        {%- for column in ['scorecard', 'scorecard_version', 'health_band',
            'health_score', 'uncapped_health_score'] %}
        first_health.{{ column }} as first_{{ column }},
        last_health.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ pairs }} as pairs

    left join account_health as first_health
        on
            pairs.account_id = first_health.account_id
            and pairs.first_day = first_health.snapshot_date

    left join account_health as last_health
        on
            pairs.account_id = last_health.account_id
            and pairs.last_day = last_health.snapshot_date

),

-- the first day, as the last one is scored
first_day_versions as (

    select
        account_id,
        first_day as snapshot_date,
        scorecard,
        scorecard_version

    from both_days

    where
        first_health_score is not null
        and health_score is not null

),

first_day_signals as (

    {{ rescored_signals('first_day_versions') }}

),

last_day_signals as (

    select
        account_id,
        snapshot_date,
        signal,
        status,
        score

    from {{ ref('signal_scores_daily') }}

    where
        snapshot_date in (select distinct pairs.last_day from {{ pairs }} as pairs)

),

both_days_signals as (

    select
        first_day_signals.*,
        last_day_signals.score as last_score,
        first_day_signals.status = 'measured' and last_day_signals.status = 'measured'
            as is_measured_on_both

    from first_day_signals

    inner join {{ pairs }} as pairs
        on
            first_day_signals.account_id = pairs.account_id
            and first_day_signals.snapshot_date = pairs.first_day

    left join last_day_signals
        on
            pairs.account_id = last_day_signals.account_id
            and pairs.last_day = last_day_signals.snapshot_date
            and first_day_signals.signal = last_day_signals.signal

),

-- three scores, which differ from the next in one thing alone
scored_signals as (

    {%- for variant, score, condition in [
        ('all of the first day', 'score', 'true'),
        ('common on the first day', 'score', 'is_measured_on_both'),
        ('common on the last day', 'last_score', 'is_measured_on_both'),
    ] %}

    {{ 'union all' if not loop.first }}

    select
        account_id,
        snapshot_date,
        '{{ variant }}' as variant,
        dimension,
        dimension_weight,
        signal_weight,
        status,
        {{ score }} as score

    from both_days_signals

    where {{ condition }}
    {%- endfor %}

),

scored_dimensions as (

    {{ dimension_scores('scored_signals', ['account_id', 'snapshot_date', 'variant']) }}

),

axes as (

    select
        scored_dimensions.*,
        dimensions.axis

    from scored_dimensions

    inner join {{ ref('dimensions') }} as dimensions
        on scored_dimensions.dimension = dimensions.dimension

),

scores as (

    {{ health_scores('axes', ['account_id', 'snapshot_date', 'variant']) }}

),

scores_of_variants as (

    select
        account_id,
        snapshot_date,
        max(case when variant = 'all of the first day' then score end)
            as rescored,
        max(case when variant = 'common on the first day' then score end)
            as common_first,
        max(case when variant = 'common on the last day' then score end)
            as common_last

    from scores

    group by account_id, snapshot_date

),

signals_not_stored as (

    select
        account_id,
        snapshot_date,
        sum(case when status = 'not stored' then 1 else 0 end) as not_stored

    from first_day_signals

    group by account_id, snapshot_date

),

reasons as (

    select
        both_days.*,
        scores_of_variants.rescored,
        scores_of_variants.common_first,
        scores_of_variants.common_last,
        case
            when not both_days.has_first_day
                then 'the account has no row on the first day'
            when not both_days.has_last_day
                then 'the account has no row on the last day'
            when both_days.first_health_score is null
                then 'too little was measured for a score on the first day'
            when both_days.health_score is null
                then 'too little was measured for a score on the last day'
            when signals_not_stored.not_stored > 0
                then concat(
                    'the first day cannot be scored by ',
                    both_days.scorecard, ' ',
                    cast(both_days.scorecard_version as string), ': ',
                    cast(signals_not_stored.not_stored as string),
                    ' of its signals were not stored'
                )
            when scores_of_variants.common_first is null
                then 'no signal with weight was measured on both days'
        end as not_explained_because

    from both_days

    left join scores_of_variants
        on
            both_days.account_id = scores_of_variants.account_id
            and both_days.first_day = scores_of_variants.snapshot_date

    left join signals_not_stored
        on
            both_days.account_id = signals_not_stored.account_id
            and both_days.first_day = signals_not_stored.snapshot_date

),

-- in points; what cannot be told apart is null, not guessed
parts as (

    select
        *,
        health_score - first_health_score as change,
        case
            when not_explained_because is null then common_last - common_first
        end as behaviour,
        case
            when not_explained_because is null
                then rescored - first_uncapped_health_score
        end as configuration,
        case
            when not_explained_because is null
                then (health_score - uncapped_health_score)
                    - (first_health_score - first_uncapped_health_score)
        end as caps

    from reasons

)

select
    account_id,
    first_day,
    last_day,
    first_scorecard,
    first_scorecard_version,
    scorecard,
    scorecard_version,
    first_health_score,
    health_score,
    first_health_band,
    health_band,

    -- plus zero, since a difference may be -0
    {{ rounded('change', 4) }} + 0.0 as change,
    {{ rounded('behaviour', 4) }} + 0.0 as behaviour,

    -- what came, what went and what stood in for the unknown is what remains
    {{ rounded('change - behaviour - configuration - caps', 4) }} + 0.0 as coverage,
    {{ rounded('configuration', 4) }} + 0.0 as configuration,
    {{ rounded('caps', 4) }} + 0.0 as caps,
    not_explained_because

from parts
{%- endmacro %}
