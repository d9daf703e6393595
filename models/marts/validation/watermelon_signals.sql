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
        lost_red / lost_measured as lost_red_share,
        {{ wilson_bound('lost_red', 'lost_measured', 'low') }}
            as lost_red_share_low,
        {{ wilson_bound('lost_red', 'lost_measured', 'high') }}
            as lost_red_share_high,
        kept_red / kept_measured as kept_red_share,
        {{ wilson_bound('kept_red', 'kept_measured', 'low') }}
            as kept_red_share_low,
        {{ wilson_bound('kept_red', 'kept_measured', 'high') }}
            as kept_red_share_high

    from counts

    -- with too few, a share says nothing
    where
        lost_measured >= {{ var('minimum_outcomes') }}
        and kept_measured >= {{ var('minimum_outcomes') }}

)

select
    counts.evaluated_on,
    counts.signal,
    counts.lost_measured,
    counts.lost_red,
    {{ rounded('shares.lost_red_share', 4) }} as lost_red_share,
    shares.lost_red_share_low,
    shares.lost_red_share_high,
    counts.kept_measured,
    counts.kept_red,
    {{ rounded('shares.kept_red_share', 4) }} as kept_red_share,
    shares.kept_red_share_low,
    shares.kept_red_share_high,
    {{ rounded('shares.lost_red_share - shares.kept_red_share', 4) }} as difference,

    -- intervals apart ask for more than a difference beyond chance: signals are many
    case
        when shares.signal is null then 'not enough'
        when shares.lost_red_share_low > shares.kept_red_share_high then 'knew'
        when shares.lost_red_share_high < shares.kept_red_share_low then 'misled'
        else 'no better than chance'
    end as verdict,
    '{{ invocation_id }}' as run_id

from counts

left join shares
    on
        counts.evaluated_on = shares.evaluated_on
        and counts.signal = shares.signal
