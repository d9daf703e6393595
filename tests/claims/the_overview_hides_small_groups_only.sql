-- Of every day, portfolio_overview_daily has no group that is too small, and all
-- accounts but fewer than the smallest group; with all of them it has their coverage.

with

smallest as (

    select coalesce(max(smallest_group), 1) as accounts from {{ ref('roles') }}

),

shown as (

    select
        snapshot_date,
        sum(accounts) as accounts,
        min(accounts) as smallest_group,
        sum(mean_coverage * accounts) as coverage_sum

    from {{ ref('portfolio_overview_daily') }}

    group by snapshot_date

),

scored as (

    select
        snapshot_date,
        count(*) as accounts,
        sum(coverage) as coverage_sum

    from {{ ref('account_health_daily') }}

    group by snapshot_date

)

select
    scored.snapshot_date,
    scored.accounts,
    shown.accounts as shown_accounts,
    shown.smallest_group

from scored

cross join smallest

left join shown
    on scored.snapshot_date = shown.snapshot_date

where
    shown.smallest_group < smallest.accounts
    or scored.accounts < shown.accounts
    or scored.accounts - coalesce(shown.accounts, 0) >= smallest.accounts
    or (
        scored.accounts = shown.accounts
        and abs(scored.coverage_sum - shown.coverage_sum) > 0.00001 * scored.accounts
    )
