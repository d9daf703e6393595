{#
    What change_causes compares: a query with one row per row of `pairs` (account_id, first_day,
    last_day, and scorecard and scorecard_version of the last day) with the first day as that
    version scores it (rescored), both days by what was measured on both (common_first,
    common_last), and how many signals of the version were not stored on the first day.
#}
{% macro compared_scores(pairs) -%}
with

first_days as (

    select
        account_id,
        first_day as snapshot_date,
        scorecard,
        scorecard_version

    from {{ pairs }}

),

first_day_signals as (

    {{ rescored_signals('first_days') }}

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
        snapshot_date in (select pairs.last_day from {{ pairs }} as pairs)

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

-- each differs from the next in one thing alone
variants as (

    {%- for variant in ['rescored', 'common_first', 'common_last'] %}

    {{ 'union all' if not loop.first }}

    select '{{ variant }}' as variant
    {%- endfor %}

),

scored_signals as (

    select
        both_days_signals.account_id,
        both_days_signals.snapshot_date,
        variants.variant,
        both_days_signals.dimension,
        both_days_signals.dimension_weight,
        both_days_signals.signal_weight,
        both_days_signals.status,
        case
            when variants.variant = 'common_last' then both_days_signals.last_score
            else both_days_signals.score
        end as score

    from both_days_signals

    inner join variants
        on
            both_days_signals.is_measured_on_both
            or variants.variant = 'rescored'

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

not_stored as (

    select
        account_id,
        snapshot_date,
        count(*) as signals

    from first_day_signals

    where status = 'not stored'

    group by account_id, snapshot_date

)

select
    scores.account_id,
    scores.snapshot_date as first_day,
    {%- for variant in ['rescored', 'common_first', 'common_last'] %}
    max(case when scores.variant = '{{ variant }}' then scores.score end)
        as {{ variant }},
    {%- endfor %}
    max(not_stored.signals) as signals_not_stored

from scores

left join not_stored
    on
        scores.account_id = not_stored.account_id
        and scores.snapshot_date = not_stored.snapshot_date

group by scores.account_id, scores.snapshot_date
{%- endmacro %}
