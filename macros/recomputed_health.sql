{#
    Health of past days, computed again from what history stores of them, under any scorecard
    version of the seeds: a query with one row per row of `account_versions` (account_id,
    snapshot_date, scorecard, scorecard_version). Where the version is the one that scored the
    day, it equals account_health_daily. What the stored values cannot tell is null, and
    not_recomputed_because says why.
#}
{% macro recomputed_health(account_versions) -%}
{%- set key = ['account_id', 'snapshot_date', 'scorecard', 'scorecard_version'] -%}
with

rescored as (

    {{ rescored_signals(account_versions) }}

),

rescored_dimensions as (

    {{ dimension_scores('rescored', key) }}

),

axes as (

    select
        rescored_dimensions.*,
        dimensions.axis

    from rescored_dimensions

    inner join {{ ref('dimensions') }} as dimensions
        on rescored_dimensions.dimension = dimensions.dimension

),

scores as (

    {{ health_scores('axes', key) }}

),

not_stored as (

    select
        {{ key | join(', ') }},
        sum(case when status = 'not stored' then 1 else 0 end) as signals

    from rescored

    group by {{ key | join(', ') }}

),

stored_signals as (

    select
        account_id,
        snapshot_date,
        signal,
        status,
        value

    from {{ ref('signal_scores_daily') }}

    where
        snapshot_date in (
            select distinct account_versions.snapshot_date
            from {{ account_versions }} as account_versions
        )
        and signal in (
            select distinct score_caps.signal
            from {{ ref('score_caps') }} as score_caps
            where score_caps.signal is not null
        )

),

caps_by_signal as (

    select
        {%- for column in key %}
        account_versions.{{ column }},
        {%- endfor %}
        score_caps.cap_at,
        stored_signals.status is null as is_not_stored,
        stored_signals.status = 'measured'
        and case score_caps.comparison
            when '>' then stored_signals.value > score_caps.threshold
            when '>=' then stored_signals.value >= score_caps.threshold
            when '<' then stored_signals.value < score_caps.threshold
            when '<=' then stored_signals.value <= score_caps.threshold
        end as holds

    from {{ account_versions }} as account_versions

    inner join {{ ref('score_caps') }} as score_caps
        on
            account_versions.snapshot_date >= score_caps.effective_from
            and account_versions.snapshot_date
            < coalesce(score_caps.effective_to, cast('9999-01-01' as date))

    -- a cap looks at a signal that the scorecard shows
    inner join {{ ref('int_scorecard_signals') }} as scorecard_signals
        on
            account_versions.scorecard = scorecard_signals.scorecard
            and account_versions.scorecard_version = scorecard_signals.scorecard_version
            and score_caps.signal = scorecard_signals.signal

    left join stored_signals
        on
            account_versions.account_id = stored_signals.account_id
            and account_versions.snapshot_date = stored_signals.snapshot_date
            and score_caps.signal = stored_signals.signal

),

-- that of an account holds for the one that it was merged into
caps_by_account as (

    select
        {%- for column in key %}
        account_versions.{{ column }},
        {%- endfor %}
        score_caps.cap_at,
        false as is_not_stored,
        true as holds

    from {{ account_versions }} as account_versions

    inner join {{ ref('int_account_id_map') }} as account_id_map
        on
            account_versions.account_id = account_id_map.account_id
            and account_versions.snapshot_date >= account_id_map.valid_from
            and account_versions.snapshot_date < account_id_map.valid_to

    inner join {{ ref('score_caps') }} as score_caps
        on
            account_id_map.source_account_id = score_caps.account_id
            and account_versions.snapshot_date >= score_caps.effective_from
            and account_versions.snapshot_date
            < coalesce(score_caps.effective_to, cast('9999-01-01' as date))

),

caps as (

    select
        {{ key | join(', ') }},
        min(case when holds then cap_at end) as cap_at,
        sum(case when is_not_stored then 1 else 0 end) as not_stored

    from (
        select * from caps_by_signal

        union all

        select * from caps_by_account
    ) as all_caps

    group by {{ key | join(', ') }}

),

reasons as (

    select
        {%- for column in key %}
        account_versions.{{ column }},
        {%- endfor %}
        scorecards.minimum_coverage,
        scores.score,
        scores.relationship_score,
        scores.impact_score,
        coalesce(scores.coverage, 0) as coverage,
        coalesce(scores.applicable_share, 0) as applicable_share,
        caps.cap_at,
        case
            when account_health.account_id is null
                then 'the account has no row on that day'
            when scorecards.scorecard is null
                then 'no such scorecard version'
            when not_stored.signals > 0
                then concat(
                    cast(not_stored.signals as string),
                    ' of its signals were not stored on that day'
                )
            when caps.not_stored > 0
                then 'a signal that may cap the score was not stored on that day'
        end as not_recomputed_because

    from {{ account_versions }} as account_versions

    left join {{ ref('account_health_daily') }} as account_health
        on
            account_versions.account_id = account_health.account_id
            and account_versions.snapshot_date = account_health.snapshot_date

    left join {{ ref('scorecards') }} as scorecards
        on
            account_versions.scorecard = scorecards.scorecard
            and account_versions.scorecard_version = scorecards.version

    {%- for relation in ['scores', 'not_stored', 'caps'] %}

    left join {{ relation }}
        on
            {%- for column in key %}
            {{ 'and' if not loop.first }} account_versions.{{ column }}
            = {{ relation }}.{{ column }}
            {%- endfor %}
    {%- endfor %}

),

withheld as (

    select
        {{ key | join(', ') }},

        -- redistribution alone rewards ignorance
        {%- for column, score in {
            'uncapped_health_score': 'score',
            'relationship_score': 'relationship_score',
            'impact_score': 'impact_score',
        }.items() %}
        case
            when coverage >= minimum_coverage and not_recomputed_because is null
                then {{ score }}
        end as {{ column }},
        {%- endfor %}
        {%- for column in ['coverage', 'applicable_share'] %}
        case when not_recomputed_because is null then {{ column }} end as {{ column }},
        {%- endfor %}
        cap_at,
        not_recomputed_because

    from reasons

)

select
    {{ key | join(', ') }},
    case
        when cap_at < uncapped_health_score then cap_at
        else uncapped_health_score
    end as health_score,
    uncapped_health_score,
    coverage,
    applicable_share,
    relationship_score,
    impact_score,
    not_recomputed_because

from withheld
{%- endmacro %}
