-- One row per account per day to score per dimension that counts in its scorecard
-- version: score, effective weight, coverage and contribution to the health score in
-- points.

with

-- in the units of the scorecard
sums as (

    select
        account_id,
        snapshot_date,
        dimension,
        dimension_weight,
        {{ exact_sum('signal_weight') }} as configured,
        {{ exact_sum(
            "case when status <> 'not applicable' then signal_weight else 0 end"
        ) }} as applicable,
        {{ exact_sum("case when status = 'measured' then signal_weight else 0 end") }}
            as measured,
        {{ exact_sum('case when score is not null then signal_weight else 0 end') }}
            as scored,
        {{ exact_sum('signal_weight * score') }} as weighted_score

    from {{ ref('int_signal_scores') }}

    where signal_weight > 0

    group by all

),

counted as (

    select
        *,
        case when applicable > 0 then dimension_weight else 0 end
            as applicable_dimension_weight,
        case when scored > 0 then dimension_weight else 0 end
            as scored_dimension_weight

    from sums

),

account_sums as (

    select
        account_id,
        snapshot_date,
        nullif({{ exact_sum('dimension_weight') }}, 0) as configured,
        nullif({{ exact_sum('applicable_dimension_weight') }}, 0) as applicable,
        nullif({{ exact_sum('scored_dimension_weight') }}, 0) as scored

    from counted

    group by all

),

-- of 1; null where nothing counts
shares as (

    select
        counted.*,
        counted.dimension_weight / account_sums.configured as configured_share,
        counted.applicable_dimension_weight / account_sums.applicable
            as applicable_share,
        counted.scored_dimension_weight / account_sums.scored as scored_share

    from counted

    inner join account_sums
        on
            counted.account_id = account_sums.account_id
            and counted.snapshot_date = account_sums.snapshot_date

),

dimension_scores as (

    select
        account_id,
        snapshot_date,
        dimension,
        {{ rounded('weighted_score / nullif(scored, 0)', 8) }} as score,
        {{ rounded('measured / nullif(applicable, 0)', 6) }} as coverage,
        scored as scored_signal_weight,

        -- what was scored carries all the weight
        coalesce({{ rounded('scored_share', 9) }}, 0) as weight,

        -- without what the company does not have: the base of coverage
        coalesce({{ rounded('applicable_share', 9) }}, 0) as applicable_weight,
        coalesce(
            {{ rounded('applicable_share * measured / nullif(applicable, 0)', 9) }}, 0
        ) as measured_weight,

        -- what the scorecard says
        coalesce({{ rounded('configured_share', 9) }}, 0) as configured_weight,
        coalesce({{ rounded('configured_share * applicable / configured', 9) }}, 0)
            as configured_weight_that_applies

    from shares

)

select
    *,
    -- plus zero, since a weight of 0 below neutral would give -0
    {{ rounded('weight * (score - 50)', 9) }} + 0.0 as contribution

from dimension_scores
