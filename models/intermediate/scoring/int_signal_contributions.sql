-- One row per account per day to score per signal that is stored on that day: score,
-- effective weight, and contribution to the health score in points.

{{ config(materialized='view') }}

with

signal_scores as (

    select * from {{ ref('int_signal_scores') }}

),

dimension_scores as (

    select * from {{ ref('int_dimension_scores') }}

),

weighted as (

    select
        signal_scores.*,

        -- what was scored carries all the weight; null where the scorecard does not
        -- show the signal
        case
            when signal_scores.signal_weight is null then null
            when signal_scores.score is null or signal_scores.signal_weight = 0 then 0
            else {{ rounded(
                'signal_scores.signal_weight / dimension_scores.scored_signal_weight'
                ~ ' * dimension_scores.weight', 9
            ) }}
        end as weight

    from signal_scores

    left join dimension_scores
        on
            signal_scores.account_id = dimension_scores.account_id
            and signal_scores.snapshot_date = dimension_scores.snapshot_date
            and signal_scores.dimension = dimension_scores.dimension

)

select
    *,
    -- plus zero, since a weight of 0 below neutral would give -0
    {{ rounded('weight * (score - 50)', 9) }} + 0.0 as contribution

from weighted
