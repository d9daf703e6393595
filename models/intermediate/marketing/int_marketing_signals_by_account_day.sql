-- One row per account per day to score: marketing signals, from what was known by
-- the end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

touches as (

    select * from {{ ref('int_marketing_touches_by_account_day') }}

),

intent as (

    select * from {{ ref('int_intent_by_account_day') }}

),

market_index_days as (

    select * from {{ ref('int_market_index_days') }}

),

market_news as (

    select * from {{ ref('int_market_news_by_account_day') }}

),

competitor_mentions as (

    select * from {{ ref('int_competitor_mentions_by_account_day') }}

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

        -- counts: none is a measured zero, unless there may have been some, once the
        -- whole window is of a customer
        {%- for signal, window_days, measure, unclear in [
            ('value_page_visits_28d', 28, 'value_page_visits_28d',
                'unclear_visits_28d'),
            ('content_downloads_90d', 90, 'downloads_90d', 'without_action_90d'),
            ('community_touches_90d', 90, 'community_touches_90d',
                'without_channel_90d'),
            ('events_attended_180d', 180, 'attended_180d', 'without_action_180d'),
            ('unsubscribes_180d', 180, 'unsubscribed_180d', 'without_action_180d'),
        ] %}
        case
            when account_days.tenure_days < {{ window_days - 1 }} then null
            when touches.{{ measure }} = 0 and touches.{{ unclear }} > 0 then null
            else cast(coalesce(touches.{{ measure }}, 0) as double)
        end as {{ signal }},
        {%- endfor %}

        -- engagement of any kind; when nobody who engaged has a name, nobody is counted
        case
            when account_days.tenure_days < 89 then null
            when
                touches.engaged_contacts_90d = 0
                and touches.engagements_90d + touches.without_action_90d > 0
                then null
            else cast(coalesce(touches.engaged_contacts_90d, 0) as double)
        end as engaged_contacts_90d,
        case
            when account_days.tenure_days < 179 then null
            else touches.engagements_90d
                / cast(nullif(touches.engagements_90d_before, 0) as double) - 1
        end as engagement_change_90d,

        -- research: on competitors it reads as churn, on our own category as growth
        intent.competitor_share_28d as competitor_intent_share_28d,
        case
            when account_days.tenure_days < 55 then null
            else intent.competitor_change_28d
        end as competitor_intent_change_28d,
        case
            when account_days.tenure_days < 55 then null
            else intent.category_change_28d
        end as category_intent_change_28d,
        case
            when account_days.tenure_days < 27 then null
            else cast(coalesce(intent.topics_28d, 0) as double)
        end as intent_topics_28d,

        -- competitors
        case
            when account_days.tenure_days < 179 then null
            else cast(competitor_mentions.competitor_mentions_180d as double)
        end as competitor_mentions_180d,
        case
            when account_days.tenure_days < 89 then null
            else cast(market_news.releases_90d as double)
        end as competitor_releases_90d,

        -- the market: of the industry, or the whole where the industry has no index
        case
            when own_market.market is not null then own_market.market_index_change_90d
            else whole_market.market_index_change_90d
        end as market_index_change_90d,

        -- the company
        case
            when account_days.tenure_days < 179 then null
            when
                market_news.adverse_news_180d = 0
                and market_news.unclear_news_180d > 0
                then null
            else cast(market_news.adverse_news_180d as double)
        end as adverse_news_180d

    from account_days

    {% for measure in ['touches', 'intent', 'market_news', 'competitor_mentions'] %}
    left join {{ measure }}
        on
            account_days.account_id = {{ measure }}.account_id
            and account_days.snapshot_date = {{ measure }}.snapshot_date
    {% endfor %}

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
