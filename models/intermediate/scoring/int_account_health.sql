-- One row per account per day to score: health score, coverage, bands and axis scores,
-- with what was true of the account on that day.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_scores as (

    select * from {{ ref('int_account_scores') }}

),

settled_bands as (

    select * from {{ ref('int_settled_bands') }}

    where not is_carried

)

select
    account_days.account_id,
    account_days.snapshot_date,
    account_scores.scorecard,
    account_scores.scorecard_version,
    account_scores.health_score,
    account_scores.uncapped_health_score,
    account_scores.coverage,
    account_scores.applicable_share,
    account_scores.health_band,
    settled_bands.settled_band,
    account_scores.relationship_score,
    account_scores.impact_score,
    account_scores.quadrant,
    account_scores.cap,
    account_days.arr,
    account_days.segment,
    account_days.industry,
    account_days.region,
    account_days.size_band,
    account_days.service_tier,
    account_days.product,
    account_days.owner_id,
    account_days.parent_account_id,
    account_days.lifecycle_stage,
    account_days.tenure_days,
    account_days.days_to_renewal

from account_days

inner join account_scores
    on
        account_days.account_id = account_scores.account_id
        and account_days.snapshot_date = account_scores.snapshot_date

inner join settled_bands
    on
        account_days.account_id = settled_bands.account_id
        and account_days.snapshot_date = settled_bands.snapshot_date
