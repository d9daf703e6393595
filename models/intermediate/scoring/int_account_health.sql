-- One row per account per day to score: health score, coverage, band and axis scores,
-- with what was true of the account on that day.

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

health_bands as (

    select * from {{ ref('int_health_bands') }}

),

scores as (

    {{ health_scores('dimension_scores') }}

),

withheld_scores as (

    select
        account_days.*,
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

account_health as (

    select
        withheld_scores.account_id,
        withheld_scores.snapshot_date,
        withheld_scores.scorecard,
        withheld_scores.scorecard_version,
        withheld_scores.uncapped_health_score as health_score,
        withheld_scores.uncapped_health_score,
        withheld_scores.coverage,
        withheld_scores.applicable_share,
        coalesce(health_bands.band, 'unknown') as health_band,
        cast(null as string) as settled_band,
        withheld_scores.relationship_score,
        withheld_scores.impact_score,
        cast(null as string) as quadrant,
        cast(null as string) as cap,
        withheld_scores.arr,
        withheld_scores.segment,
        withheld_scores.industry,
        withheld_scores.region,
        withheld_scores.size_band,
        withheld_scores.service_tier,
        withheld_scores.product,
        withheld_scores.owner_id,
        withheld_scores.parent_account_id,
        withheld_scores.lifecycle_stage,
        withheld_scores.tenure_days,
        withheld_scores.days_to_renewal

    from withheld_scores

    left join health_bands
        on
            withheld_scores.snapshot_date >= health_bands.effective_from
            and withheld_scores.snapshot_date < health_bands.effective_to
            and withheld_scores.uncapped_health_score >= health_bands.min_score
            and withheld_scores.uncapped_health_score < health_bands.below_score

)

select * from account_health
