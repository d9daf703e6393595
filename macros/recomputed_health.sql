{#
    Health of past days, computed again from what history stores of them, under any scorecard
    version of the seeds: a query with one row per row of `account_versions` (account_id,
    snapshot_date, scorecard, scorecard_version; all four are the key). Where the version is the
    one that scored the day, it equals account_health_daily. What the stored values cannot tell is
    null, and not_recomputed_because says why. `peers` and `left_out` are those of
    rescored_signals; no cap looks at a signal that is left out.
#}
{% macro recomputed_health(account_versions, peers=none, left_out=none) -%}
{%- set key = ['account_id', 'snapshot_date', 'scorecard', 'scorecard_version'] -%}
with

rescored_signals as (

    {{ rescored_signals(account_versions, peers, left_out) }}

),

rescored_dimensions as (

    {{ dimension_scores('rescored_signals', key) }}

),

dimensions as (

    select
        rescored_dimensions.*,
        dimensions.axis

    from rescored_dimensions

    inner join {{ ref('dimensions') }} as dimensions
        on rescored_dimensions.dimension = dimensions.dimension

),

scores as (

    {{ health_scores('dimensions', key) }}

),

not_stored as (

    select
        {{ key | join(', ') }},
        count(*) as signals

    from rescored_signals

    where status = 'not stored'

    group by {{ key | join(', ') }}

),

-- a cap looks at its signal whether or not the scorecard shows it
stored_signals as (

    select * from {{ ref('signal_scores_daily') }}

    where
        snapshot_date in (
            select account_versions.snapshot_date
            from {{ account_versions }} as account_versions
        )
        and signal in (
            select score_caps.signal from {{ ref('score_caps') }} as score_caps
            where score_caps.signal is not null
        )
        {%- if left_out %}
        and signal not in (select left_out.signal from {{ left_out }} as left_out)
        {%- endif %}

),

account_ids as (

    select
        account_versions.account_id,
        account_versions.snapshot_date,
        account_id_map.source_account_id

    from {{ account_versions }} as account_versions

    inner join {{ ref('int_account_id_map') }} as account_id_map
        on
            account_versions.account_id = account_id_map.account_id
            and account_versions.snapshot_date >= account_id_map.valid_from
            and account_versions.snapshot_date < account_id_map.valid_to

),

caps as (

    {{ lowest_caps('stored_signals', 'account_ids') }}

),

reasons as (

    select
        account_versions.account_id,
        account_versions.snapshot_date,
        account_versions.scorecard,
        account_versions.scorecard_version,
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

    {%- for relation in ['scores', 'not_stored'] %}

    left join {{ relation }}
        on
            {%- for column in key %}
            {{ 'and' if not loop.first }} account_versions.{{ column }} = {{ relation }}.{{ column }}
            {%- endfor %}
    {%- endfor %}

    left join caps
        on
            account_versions.account_id = caps.account_id
            and account_versions.snapshot_date = caps.snapshot_date

),

withheld as (

    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version,

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
    account_id,
    snapshot_date,
    scorecard,
    scorecard_version,
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
