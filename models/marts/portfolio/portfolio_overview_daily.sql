-- One row per day per band, segment and region that enough accounts stand behind; the
-- rest of a band is one row, and what is too few of several bands another. For readers
-- who see no account: each is in one row, and no total is there to subtract rows from.

with

cells as (

    select
        snapshot_date,
        health_band,
        coalesce(segment, 'unknown') as segment,
        coalesce(region, 'unknown') as region,
        count(*) as accounts,
        count(health_score) as scored_accounts,
        count(arr) as accounts_with_arr,
        coalesce({{ exact_sum('arr', 2) }}, 0) as arr,
        coalesce({{ exact_sum('health_score', 4) }}, 0) as health_score_sum,
        {{ exact_sum('coverage', 6) }} as coverage_sum

    from {{ ref('account_health_daily') }}

    group by
        snapshot_date, health_band, coalesce(segment, 'unknown'),
        coalesce(region, 'unknown')

),

smallest as (

    select coalesce(max(smallest_group), 1) as accounts from {{ ref('roles') }}

),

sized_cells as (

    select
        cells.*,
        cells.accounts >= smallest.accounts as is_large,
        sum(cells.accounts) over (
            partition by
                cells.snapshot_date,
                cells.health_band,
                cells.accounts >= smallest.accounts
        ) >= smallest.accounts as is_large_in_band

    from cells

    cross join smallest

),

placed_cells as (

    select
        *,
        case when is_large_in_band then health_band else 'several' end as shown_band,
        case when is_large then segment else 'several' end as shown_segment,
        case when is_large then region else 'several' end as shown_region

    from sized_cells

),

sums as (

    select
        snapshot_date,
        shown_band as health_band,
        shown_segment as segment,
        shown_region as region,
        cast(sum(accounts) as bigint) as accounts,
        cast(sum(scored_accounts) as bigint) as scored_accounts,
        cast(sum(accounts_with_arr) as bigint) as accounts_with_arr,
        {{ exact_sum('arr', 2) }} as arr,
        {{ exact_sum('health_score_sum', 4) }} as health_score_sum,
        {{ exact_sum('coverage_sum', 6) }} as coverage_sum

    from placed_cells

    group by snapshot_date, shown_band, shown_segment, shown_region

),

portfolio_overview as (

    select
        -- keys
        sums.snapshot_date,
        sums.health_band,
        sums.segment,
        sums.region,

        -- accounts
        sums.accounts,
        sums.scored_accounts,
        sums.accounts - sums.accounts_with_arr as accounts_without_arr,

        -- what few of them have told is not shown either
        case when sums.accounts_with_arr >= smallest.accounts then sums.arr end as arr,
        case
            when sums.scored_accounts >= smallest.accounts
                then {{ rounded('sums.health_score_sum / sums.scored_accounts', 4) }}
        end as mean_health_score,
        {{ rounded('sums.coverage_sum / sums.accounts', 6) }} as mean_coverage

    from sums

    inner join smallest
        on sums.accounts >= smallest.accounts

)

select * from portfolio_overview
