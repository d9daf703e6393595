-- One row per evaluation per signal: how often it was red at the last month-end before
-- an account left while green, and how often with accounts that were green on the same
-- month-ends and stayed. What is red with both alike knew nothing.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

counts as (

    select
        evaluated_on,
        signal,
        cast(count(lost_on) as int) as lost_measured,
        cast(
            sum(case when is_red and lost_on is not null then 1 else 0 end) as int
        ) as lost_red,
        cast(count(*) - count(lost_on) as int) as kept_measured,
        cast(
            sum(case when is_red and lost_on is null then 1 else 0 end) as int
        ) as kept_red

    from {{ ref('int_green_signals') }}

    group by evaluated_on, signal

),

shares as (

    select
        *,
        {%- for group in ['lost', 'kept'] %}
        {{ group }}_red / {{ group }}_measured as {{ group }}_red_share,
        {%- for side in ['low', 'high'] %}
        {{ wilson_bound(group ~ '_red', group ~ '_measured', side) }}
            as {{ group }}_{{ side }}{{ ',' if not (group == 'kept' and loop.last) }}
        {%- endfor %}
        {%- endfor %}

    from counts

    -- with too few, a share says nothing
    where
        lost_measured >= {{ var('minimum_outcomes') }}
        and kept_measured >= {{ var('minimum_outcomes') }}

),

-- the interval of a difference, from those of the two shares
differences as (

    select
        *,
        lost_red_share - kept_red_share - sqrt(
            (lost_red_share - lost_low) * (lost_red_share - lost_low)
            + (kept_high - kept_red_share) * (kept_high - kept_red_share)
        ) as difference_low,
        lost_red_share - kept_red_share + sqrt(
            (lost_high - lost_red_share) * (lost_high - lost_red_share)
            + (kept_red_share - kept_low) * (kept_red_share - kept_low)
        ) as difference_high

    from shares

)

select
    counts.evaluated_on,
    counts.signal,
    counts.lost_measured,
    counts.lost_red,
    counts.kept_measured,
    counts.kept_red,
    {{ rounded('differences.lost_red_share', 4) }} as lost_red_share,
    {{ rounded('differences.kept_red_share', 4) }} as kept_red_share,
    {{ rounded('differences.lost_red_share - differences.kept_red_share', 4) }}
        as difference,
    {{ rounded('differences.difference_low', 4) }} as difference_low,
    {{ rounded('differences.difference_high', 4) }} as difference_high,
    case
        when differences.signal is null then 'not enough'
        when differences.difference_low > 0 then 'knew'
        when differences.difference_high < 0 then 'misled'
        else 'no better than chance'
    end as verdict,
    '{{ invocation_id }}' as run_id

from counts

left join differences
    on
        counts.evaluated_on = differences.evaluated_on
        and counts.signal = differences.signal
