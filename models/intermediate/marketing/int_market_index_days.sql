-- One row per market per day to score with an index known in the year before: how the
-- index changed. A market is an industry; blank is the whole market.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

market_days as (

    select
        coalesce(industry, '') as market,
        snapshot_date,
        loaded_until

    from account_days

    union

    select
        '' as market,
        snapshot_date,
        loaded_until

    from account_days

),

market_indexes as (

    select
        coalesce(industry, '') as market,
        value,
        occurred_on,
        loaded_on,
        row_number() over (order by occurred_at, event_id) as index_number

    from {{ ref('stg_marketing__market_events') }}

    -- an index of one account or one segment is not that of the market
    where
        event_kind = 'market_index'
        and value is not null
        and account_id is null
        and segment is null

),

newest_indexes as (

    select
        market_days.market,
        market_days.snapshot_date,
        max_by(market_indexes.value, market_indexes.index_number) filter (
            where market_indexes.occurred_on > market_days.snapshot_date - 90
        ) as newest_index,
        max_by(market_indexes.value, market_indexes.index_number) filter (
            where market_indexes.occurred_on <= market_days.snapshot_date - 90
        ) as index_before

    from market_days

    inner join market_indexes
        on
            market_days.market = market_indexes.market
            and market_indexes.occurred_on > market_days.snapshot_date - 365
            and market_indexes.occurred_on <= market_days.snapshot_date
            and market_indexes.loaded_on <= market_days.loaded_until

    group by all

),

market_index_days as (

    select
        market,
        snapshot_date,
        newest_index / nullif(index_before, 0) - 1 as market_index_change_90d

    from newest_indexes

)

select * from market_index_days
