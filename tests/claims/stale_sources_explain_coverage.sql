-- What stale tables take away is at least what coverage lacks for them: on every day of
-- the run, coverage and lost_coverage together are at most 1. The weights of a
-- scorecard add up to 1, as configured and of what applies; its accounts are those
-- that it scored.

with

weights as (

    select
        freshness.snapshot_date,
        freshness.scorecard,
        freshness.scorecard_version,
        min(freshness.accounts) as least_accounts,
        max(freshness.accounts) as most_accounts,
        sum(freshness.configured_weight) as configured_weight,
        sum(freshness.weight) as weight,
        sum(freshness.lost_coverage) as lost_coverage

    from {{ ref('source_freshness_daily') }} as freshness

    inner join {{ ref('int_days_to_score') }} as days_to_score
        on freshness.snapshot_date = days_to_score.snapshot_date

    group by
        freshness.snapshot_date, freshness.scorecard, freshness.scorecard_version

),

coverages as (

    select
        snapshot_date,
        scorecard,
        scorecard_version,
        max(coverage) as coverage,
        count(*) as accounts

    from {{ ref('int_account_health') }}

    group by snapshot_date, scorecard, scorecard_version

)

select
    coverages.snapshot_date,
    coverages.scorecard,
    coverages.scorecard_version,
    coverages.coverage,
    weights.configured_weight,
    weights.weight,
    weights.lost_coverage,
    coverages.accounts,
    weights.most_accounts as accounts_in_freshness

from coverages

left join weights
    on
        coverages.snapshot_date = weights.snapshot_date
        and coverages.scorecard = weights.scorecard
        and coverages.scorecard_version = weights.scorecard_version

where
    weights.snapshot_date is null
    or abs(weights.configured_weight - 1) > 0.0001
    or (weights.weight > 0 and abs(weights.weight - 1) > 0.0001)
    or coverages.coverage + weights.lost_coverage > 1.0001
    or coverages.accounts <> weights.least_accounts
    or coverages.accounts <> weights.most_accounts
