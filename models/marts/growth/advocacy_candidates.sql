-- One row per account in scope on the latest day that the last run scored that could
-- speak for us: healthy, promoting by its survey answers, with an engaged champion, by
-- the limits in seeds/thresholds.csv.

with

relationship_map as (

    select * from {{ ref('relationship_map') }}

),

thresholds as (

    select
        max(case when threshold = 'advocacy_minimum_health' then value end)
            as minimum_health,
        max(case when threshold = 'advocacy_minimum_nps' then value end)
            as minimum_nps,
        max(case when threshold = 'advocacy_champion_capital' then value end)
            as champion_capital,
        max(case when threshold = 'advocacy_champion_touch_days' then value end)
            as champion_touch_days

    from {{ ref('thresholds') }}

),

engaged_champions as (

    select
        relationship_map.account_id,
        relationship_map.snapshot_date,
        relationship_map.contact_id,
        relationship_map.capital,
        relationship_map.last_touch_on,
        count(*) over (partition by relationship_map.account_id) as champions,
        row_number() over (
            partition by relationship_map.account_id
            order by
                relationship_map.capital desc,
                relationship_map.last_touch_on desc,
                relationship_map.contact_id asc
        ) as champion_rank

    from relationship_map

    inner join thresholds
        on
            relationship_map.capital >= thresholds.champion_capital
            and cast(
                relationship_map.snapshot_date - relationship_map.last_touch_on as int
            ) < thresholds.champion_touch_days

    where relationship_map.persona = 'champion'

),

advocacy_candidates as (

    select
        -- keys
        engaged_champions.account_id,
        engaged_champions.snapshot_date,

        -- why it could
        account_health.health_score,
        account_health.health_band,
        {{ rounded('sentiment.nps_180d', 4) }} as nps_180d,
        cast(engaged_champions.champions as int) as engaged_champions,

        -- whom to ask
        engaged_champions.contact_id as champion_contact_id,
        engaged_champions.capital as champion_capital,
        engaged_champions.last_touch_on as champion_last_touch_on,
        cast(expansion.referral_leads_365d as int) as referral_leads_365d,

        -- the account
        account_health.owner_id,
        account_health.arr,
        account_health.segment,
        account_health.industry,
        account_health.region

    from engaged_champions

    cross join thresholds

    inner join {{ ref('account_health_daily') }} as account_health
        on
            engaged_champions.account_id = account_health.account_id
            and engaged_champions.snapshot_date = account_health.snapshot_date
            and account_health.health_score >= thresholds.minimum_health

    inner join {{ ref('int_sentiment_signals_by_account_day') }} as sentiment
        on
            engaged_champions.account_id = sentiment.account_id
            and engaged_champions.snapshot_date = sentiment.snapshot_date
            and sentiment.nps_180d >= thresholds.minimum_nps

    left join {{ ref('int_expansion_signals_by_account_day') }} as expansion
        on
            engaged_champions.account_id = expansion.account_id
            and engaged_champions.snapshot_date = expansion.snapshot_date

    where engaged_champions.champion_rank = 1

)

select * from advocacy_candidates
