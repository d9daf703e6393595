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

-- with too few, a share says nothing
enough as (

    select
        *,
        case
            when
                lost_measured >= {{ var('minimum_outcomes') }}
                and kept_measured >= {{ var('minimum_outcomes') }}
                then 1
        end as is_enough

    from counts

),

shares as (

    select
        *,
        is_enough * lost_red / lost_measured as lost_red_share,
        {{ wilson_bound('lost_red', 'is_enough * lost_measured', 'low') }}
            as lost_red_share_low,
        {{ wilson_bound('lost_red', 'is_enough * lost_measured', 'high') }}
            as lost_red_share_high,
        is_enough * kept_red / kept_measured as kept_red_share,
        {{ wilson_bound('kept_red', 'is_enough * kept_measured', 'low') }}
            as kept_red_share_low,
        {{ wilson_bound('kept_red', 'is_enough * kept_measured', 'high') }}
            as kept_red_share_high

    from enough

)

select
    evaluated_on,
    signal,
    lost_measured,
    lost_red,
    {{ rounded('lost_red_share', 4) }} as lost_red_share,
    lost_red_share_low,
    lost_red_share_high,
    kept_measured,
    kept_red,
    {{ rounded('kept_red_share', 4) }} as kept_red_share,
    kept_red_share_low,
    kept_red_share_high,
    {{ rounded('lost_red_share - kept_red_share', 4) }} as difference,

    -- intervals apart ask for more than a difference beyond chance: signals are many
    case
        when is_enough is null then 'not enough'
        when lost_red_share_low > kept_red_share_high then 'knew'
        when lost_red_share_high < kept_red_share_low then 'misled'
        else 'no better than chance'
    end as verdict,
    '{{ invocation_id }}' as run_id

from shares
