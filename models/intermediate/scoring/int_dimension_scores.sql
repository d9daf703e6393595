-- One row per account per day to score per dimension of its scorecard version: score,
-- effective weight, coverage and contribution to the health score in points.

with

signal_scores as (

    select * from {{ ref('int_signal_scores') }}

),

dimension_scores as (

    select
        account_id,
        snapshot_date,
        dimension,
        sum(weight * score) / nullif(sum(weight), 0) as score,
        sum(weight) as weight,
        sum(case when status = 'measured' then applicable_weight else 0 end)
        / nullif(sum(applicable_weight), 0) as coverage,
        sum(case when status = 'measured' then applicable_weight else 0 end)
            as measured_weight,
        sum(applicable_weight) as applicable_weight,
        sum(case when status <> 'not applicable' then configured_weight else 0 end)
        / nullif(sum(configured_weight), 0) as applicable_share,
        sum(case when status <> 'not applicable' then configured_weight else 0 end)
            as applicable_configured_weight,
        sum(configured_weight) as configured_weight,
        sum(contribution) as contribution

    from signal_scores

    group by all

)

select * from dimension_scores
