-- One row per account per day to score with research in the weeks that ended in the
-- last 56 days: how much of it was on competitors and on our own category, and on how
-- many topics.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

intents as (

    select
        account_id,
        topic,
        case when topic_kind = 'competitor' then strength else 0 end
            as competitor_strength,
        case when topic_kind = 'category' then strength else 0 end as category_strength,
        case when topic_kind is not null then strength else 0 end as known_strength,
        loaded_on,

        -- a week is known when it is over
        week + 6 as last_day_of_week

    from {{ ref('stg_marketing__intents') }}

    -- one of unknown strength tells the topic all the same
    where coalesce(strength > 0, true)

),

weeks as (

    select
        last_day_of_week,
        min(loaded_on) as loaded_on

    from intents

    group by last_day_of_week

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

-- with research of any account from 56 days before, an account's silence is known
days_with_old_research as (

    select distinct days_to_score.snapshot_date

    from days_to_score

    inner join weeks
        on
            days_to_score.snapshot_date - 56 >= weeks.last_day_of_week
            and days_to_score.loaded_until >= weeks.loaded_on

),

research as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        intents.topic,
        intents.competitor_strength,
        intents.category_strength,
        intents.known_strength,
        intents.last_day_of_week > account_day_ids.snapshot_date - 28 as is_in_28d

    from account_day_ids

    inner join intents
        on
            account_day_ids.source_account_id = intents.account_id
            and intents.last_day_of_week > account_day_ids.snapshot_date - 56
            and intents.last_day_of_week <= account_day_ids.snapshot_date
            and intents.loaded_on <= account_day_ids.loaded_until

),

sums as (

    select
        account_id,
        snapshot_date,
        sum(case when is_in_28d then known_strength else 0 end) as known_strength_28d,
        sum(case when is_in_28d then competitor_strength else 0 end)
            as competitor_strength_28d,
        sum(case when is_in_28d then category_strength else 0 end)
            as category_strength_28d,
        sum(competitor_strength) as competitor_strength_56d,
        sum(category_strength) as category_strength_56d,
        count(distinct case when is_in_28d then topic end) as topics_28d

    from research

    group by account_id, snapshot_date

),

intent_by_account_day as (

    select
        sums.account_id,
        sums.snapshot_date,
        sums.topics_28d,
        sums.competitor_strength_28d / nullif(sums.known_strength_28d, 0)
            as competitor_share_28d,

        -- what is in the window less what was before it, of both: -1 ceased, 1 is new
        case
            when days_with_old_research.snapshot_date is not null
                then 2 * sums.competitor_strength_28d
                / nullif(sums.competitor_strength_56d, 0) - 1
        end as competitor_change_28d,
        case
            when days_with_old_research.snapshot_date is not null
                then 2 * sums.category_strength_28d
                / nullif(sums.category_strength_56d, 0) - 1
        end as category_change_28d

    from sums

    left join days_with_old_research
        on sums.snapshot_date = days_with_old_research.snapshot_date

)

select * from intent_by_account_day
