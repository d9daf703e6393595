-- One row per account per day to score: marketing signals, from what was known by
-- the end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

market_index_days as (

    select * from {{ ref('int_market_index_days') }}

),

touches as (

    select * from {{ ref('int_marketing_touches_by_account_day') }}

),

intents as (

    select
        account_id,
        case when topic_kind = 'competitor' then strength else 0 end
            as competitor_strength,
        strength,
        loaded_on,

        -- a week is known when it is over
        week + 6 as last_day_of_week

    from {{ ref('stg_marketing__intents') }}

    where topic_kind is not null and strength > 0

),

research as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        sum(intents.competitor_strength) / sum(intents.strength)
            as competitor_intent_share_28d

    from account_day_ids

    inner join intents
        on
            account_day_ids.source_account_id = intents.account_id
            and intents.last_day_of_week > account_day_ids.snapshot_date - 28
            and intents.last_day_of_week <= account_day_ids.snapshot_date
            and intents.loaded_on <= account_day_ids.loaded_until

    group by all

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- response to what we send
        case
            -- several clicks on one e-mail, or on one from before the window
            when touches.clicked_90d > nullif(touches.delivered_90d, 0)
                then cast(1 as double)
            else touches.clicked_90d / cast(nullif(touches.delivered_90d, 0) as double)
        end as email_click_share_90d,
        case
            when account_days.tenure_days < 27 then null
            when
                touches.value_page_visits_28d = 0
                and touches.unclear_visits_28d > 0
                then null
            else cast(coalesce(touches.value_page_visits_28d, 0) as double)
        end as value_page_visits_28d,

        -- the market: of the industry, or the whole where the industry has no index
        case
            when own_market.market is not null then own_market.market_index_change_90d
            else whole_market.market_index_change_90d
        end as market_index_change_90d,
        research.competitor_intent_share_28d

    from account_days

    left join touches
        on
            account_days.account_id = touches.account_id
            and account_days.snapshot_date = touches.snapshot_date

    left join research
        on
            account_days.account_id = research.account_id
            and account_days.snapshot_date = research.snapshot_date

    left join market_index_days as own_market
        on
            account_days.industry = own_market.market
            and account_days.snapshot_date = own_market.snapshot_date

    left join market_index_days as whole_market
        on
            whole_market.market = ''
            and account_days.snapshot_date = whole_market.snapshot_date

)

select * from signals
