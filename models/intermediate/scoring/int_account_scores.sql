-- One row per account per day to score: health score before and after caps, coverage,
-- band, axis scores and their quadrant.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

dimension_scores as (

    select
        dimension_scores.*,
        dimensions.axis

    from {{ ref('int_dimension_scores') }} as dimension_scores

    inner join {{ ref('dimensions') }} as dimensions
        on dimension_scores.dimension = dimensions.dimension

),

scorecards as (

    select * from {{ ref('scorecards') }}

),

caps as (

    select * from {{ ref('int_account_day_caps') }}

),

health_bands as (

    select * from {{ ref('int_health_bands') }}

),

scores as (

    {{ health_scores('dimension_scores') }}

),

withheld_scores as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        account_days.scorecard,
        account_days.scorecard_version,
        coalesce(scores.coverage, 0) as coverage,
        coalesce(scores.applicable_share, 0) as applicable_share,

        -- redistribution alone rewards ignorance
        case when scores.coverage >= scorecards.minimum_coverage then scores.score end
            as uncapped_health_score,
        case
            when scores.coverage >= scorecards.minimum_coverage
                then scores.relationship_score
        end as relationship_score,
        case
            when scores.coverage >= scorecards.minimum_coverage then scores.impact_score
        end as impact_score

    from account_days

    inner join scorecards
        on
            account_days.scorecard = scorecards.scorecard
            and account_days.scorecard_version = scorecards.version

    left join scores
        on
            account_days.account_id = scores.account_id
            and account_days.snapshot_date = scores.snapshot_date

),

capped_scores as (

    select
        withheld_scores.*,

        -- a cap that holds nothing down is none
        case
            when caps.cap_at < withheld_scores.uncapped_health_score then caps.cap_at
            else withheld_scores.uncapped_health_score
        end as health_score,
        case
            when caps.cap_at < withheld_scores.uncapped_health_score then caps.cap
        end as cap

    from withheld_scores

    left join caps
        on
            withheld_scores.account_id = caps.account_id
            and withheld_scores.snapshot_date = caps.snapshot_date

),

-- from which score on an axis is high: where the best band begins
high_from as (

    select
        effective_from,
        effective_to,
        max(min_score) as high_from

    from health_bands

    group by effective_from, effective_to

)

select
    capped_scores.*,
    coalesce(health_bands.band, 'unknown') as health_band,
    quadrants.quadrant

from capped_scores

left join health_bands
    on
        capped_scores.snapshot_date >= health_bands.effective_from
        and capped_scores.snapshot_date < health_bands.effective_to
        and capped_scores.health_score >= health_bands.min_score
        and capped_scores.health_score < health_bands.below_score

left join high_from
    on
        capped_scores.snapshot_date >= high_from.effective_from
        and capped_scores.snapshot_date < high_from.effective_to

left join {{ ref('quadrants') }} as quadrants
    on
        capped_scores.relationship_score is not null
        and capped_scores.impact_score is not null
        and quadrants.relationship = case
            when capped_scores.relationship_score >= high_from.high_from then 'high'
            else 'low'
        end
        and quadrants.impact = case
            when capped_scores.impact_score >= high_from.high_from then 'high'
            else 'low'
        end
