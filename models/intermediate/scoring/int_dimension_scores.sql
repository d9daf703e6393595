-- One row per account per day to score per dimension of its scorecard version: score,
-- effective weight, coverage and contribution to the health score in points.

with

signal_scores as (

    select * from {{ ref('int_signal_scores') }}

),

sums as (

    select
        account_id,
        snapshot_date,
        dimension,
        {{ exact_sum('weight * score') }} as weighted_score,
        {{ exact_sum('weight') }} as weight,
        {{ exact_sum(
            "case when status = 'measured' then applicable_weight else 0 end"
        ) }} as measured_weight,
        {{ exact_sum('applicable_weight') }} as applicable_weight,
        {{ exact_sum(
            "case when status <> 'not applicable' then configured_weight else 0 end"
        ) }} as configured_weight_that_applies,
        {{ exact_sum('configured_weight') }} as configured_weight,
        {{ exact_sum('contribution') }} as contribution

    from signal_scores

    group by all

),

dimension_scores as (

    select
        account_id,
        snapshot_date,
        dimension,

        {{ rounded('weighted_score / nullif(weight, 0)', 8) }} as score,
        weight,
        {{ rounded('measured_weight / nullif(applicable_weight, 0)', 6) }} as coverage,
        case when weight > 0 then contribution end as contribution,
        measured_weight,
        applicable_weight,
        configured_weight_that_applies,
        configured_weight

    from sums

)

select * from dimension_scores
