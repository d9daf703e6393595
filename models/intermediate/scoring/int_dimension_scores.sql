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
        sum(weight * score) as weighted_score,
        sum(weight) as weight,
        sum(case when status = 'measured' then applicable_weight else 0 end)
            as measured_weight,
        sum(applicable_weight) as applicable_weight,
        sum(case when status <> 'not applicable' then configured_weight else 0 end)
            as configured_weight_that_applies,
        sum(configured_weight) as configured_weight,
        sum(contribution) as contribution

    from signal_scores

    group by all

),

dimension_scores as (

    select
        account_id,
        snapshot_date,
        dimension,

        -- rounded, since sums of doubles differ in their last digits from run to run
        round(weighted_score / nullif(weight, 0), 8) as score,
        round(weight, 9) as weight,
        round(measured_weight / nullif(applicable_weight, 0), 6) as coverage,
        case when weight > 0 then round(contribution, 9) end as contribution,
        round(measured_weight, 9) as measured_weight,
        round(applicable_weight, 9) as applicable_weight,
        round(configured_weight_that_applies, 9) as configured_weight_that_applies,
        round(configured_weight, 9) as configured_weight

    from sums

)

select * from dimension_scores
