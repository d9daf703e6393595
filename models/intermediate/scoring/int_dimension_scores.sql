-- One row per account per day to score per dimension that counts in its scorecard
-- version: score, effective weight, coverage and contribution to the health score in
-- points.

with

dimension_scores as (

    {{ dimension_scores(ref('int_signal_scores')) }}

)

select
    *,
    -- plus zero, since a weight of 0 below neutral would give -0
    {{ rounded('weight * (score - 50)', 9) }} + 0.0 as contribution

from dimension_scores
