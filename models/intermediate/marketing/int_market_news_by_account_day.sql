-- One row per account per day to score: what competitors released in its market in the
-- last 90 days, and bad news of its company in 180.

with

account_days as (

    select
        account_id,
        snapshot_date,
        loaded_until,
        coalesce(industry, '') as industry,
        coalesce(segment, '') as segment

    from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

market_events as (

    select * from {{ ref('stg_marketing__market_events') }}

    where event_kind in ('competitor_release', 'news')

),

market_days as (

    select distinct
        industry,
        segment,
        snapshot_date,
        loaded_until

    from account_days

),

-- what names no industry or segment concerns all of them
market_releases as (

    select
        market_days.industry,
        market_days.segment,
        market_days.snapshot_date,
        count(*) as releases_90d

    from market_days

    inner join market_events
        on
            market_events.occurred_on > market_days.snapshot_date - 90
            and market_events.occurred_on <= market_days.snapshot_date
            and market_events.loaded_on <= market_days.loaded_until
            and coalesce(market_events.industry, market_days.industry)
            = market_days.industry
            and coalesce(market_events.segment, market_days.segment)
            = market_days.segment

    where
        market_events.event_kind = 'competitor_release'
        and market_events.account_id is null

    group by market_days.industry, market_days.segment, market_days.snapshot_date

),

company_news as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(
            case
                when
                    market_events.event_kind = 'competitor_release'
                    and market_events.occurred_on > account_day_ids.snapshot_date - 90
                    then 1
            end
        ) as releases_90d,
        count(
            case
                when market_events.event_kind = 'news' and market_events.value < 0
                    then 1
            end
        ) as adverse_news_180d,
        count(
            case
                when market_events.event_kind = 'news' and market_events.value is null
                    then 1
            end
        ) as unclear_news_180d

    from account_day_ids

    inner join market_events
        on
            account_day_ids.source_account_id = market_events.account_id
            and market_events.occurred_on > account_day_ids.snapshot_date - 180
            and market_events.occurred_on <= account_day_ids.snapshot_date
            and market_events.loaded_on <= account_day_ids.loaded_until

    group by account_day_ids.account_id, account_day_ids.snapshot_date

),

market_news_by_account_day as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        coalesce(market_releases.releases_90d, 0)
        + coalesce(company_news.releases_90d, 0) as releases_90d,
        coalesce(company_news.adverse_news_180d, 0) as adverse_news_180d,
        coalesce(company_news.unclear_news_180d, 0) as unclear_news_180d

    from account_days

    left join market_releases
        on
            account_days.industry = market_releases.industry
            and account_days.segment = market_releases.segment
            and account_days.snapshot_date = market_releases.snapshot_date

    left join company_news
        on
            account_days.account_id = company_news.account_id
            and account_days.snapshot_date = company_news.snapshot_date

)

select * from market_news_by_account_day
