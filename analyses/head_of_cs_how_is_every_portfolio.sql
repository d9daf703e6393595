-- Head of customer success: how is every owner's portfolio today, against 91 days ago?
-- Means are sums over sums, so that groups of one account do not count like large ones.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from portfolio_health_daily

),

portfolios as (

    select
        portfolio.snapshot_date = latest_day.snapshot_date as is_today,
        portfolio.*

    from portfolio_health_daily as portfolio

    inner join latest_day
        on
            portfolio.snapshot_date = latest_day.snapshot_date
            or portfolio.snapshot_date = latest_day.snapshot_date - 91

)

select
    owner_id,
    sum(case when is_today then accounts end) as accounts,
    round(sum(case when is_today then arr end)) as arr,
    sum(case when is_today then green_accounts end) as green,
    sum(case when is_today then yellow_accounts end) as yellow,
    sum(case when is_today then orange_accounts end) as orange,
    sum(case when is_today then red_accounts end) as red,
    sum(case when is_today then unscored_accounts end) as unscored,
    round(sum(case when is_today then orange_arr + red_arr end)) as arr_at_risk,
    round(
        sum(case when is_today then arr_health_score_sum end)
        / nullif(sum(case when is_today then scored_arr end), 0), 1
    ) as score_by_revenue,
    round(
        sum(case when not is_today then arr_health_score_sum end)
        / nullif(sum(case when not is_today then scored_arr end), 0), 1
    ) as score_by_revenue_91_days_ago,
    round(
        100 * sum(case when is_today then coverage_sum end)
        / sum(case when is_today then accounts end)
    ) as measured_percent

from portfolios

group by owner_id

order by arr_at_risk desc nulls last, owner_id asc
