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

-- short, since much stands on it: engines write out a step wherever it is read
versioned_pairs as (

    select
        pairs.account_id,
        pairs.first_day,
        pairs.last_day,
        last_health.scorecard,
        last_health.scorecard_version

    from {{ pairs }} as pairs

    inner join {{ ref('account_health_daily') }} as last_health
        on
            pairs.account_id = last_health.account_id
            and pairs.last_day = last_health.snapshot_date

),

compared_scores as (

    {{ compared_scores('versioned_pairs') }}

),

reasons as (

    select
        both_days.*,
        compared_scores.rescored,
        compared_scores.common_first,
        compared_scores.common_last,
        case
            when not both_days.has_first_day
                then 'the account has no row on the first day'
            when not both_days.has_last_day
                then 'the account has no row on the last day'
            when both_days.first_health_score is null
                then 'too little was measured for a score on the first day'
            when both_days.health_score is null
                then 'too little was measured for a score on the last day'
            when compared_scores.signals_not_stored > 0
                then concat(
                    'the first day cannot be scored by ',
                    both_days.scorecard, ' ',
                    cast(both_days.scorecard_version as string), ': ',
                    cast(compared_scores.signals_not_stored as string),
                    ' of its signals were not stored'
                )
            when compared_scores.common_first is null
                then 'no signal with weight was measured on both days'
        end as not_explained_because

    from both_days

    left join compared_scores
        on
            both_days.account_id = compared_scores.account_id
            and both_days.first_day = compared_scores.first_day

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
