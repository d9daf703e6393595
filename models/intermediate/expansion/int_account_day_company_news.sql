-- One row per account per day to score: what is known of the company from outside, now
-- and before: its headcount, and its research on our category.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

headcounts as (

    select
        account_id,
        value as headcount,
        occurred_on,
        loaded_on,
        row_number() over (order by occurred_at, event_id) as headcount_number

    from {{ ref('stg_marketing__market_events') }}

    where event_kind = 'headcount' and account_id is not null and value is not null

),

intents as (

    select
        account_id,
        strength,
        loaded_on,

        -- a week is known when it is over
        week + 6 as last_day_of_week

    from {{ ref('stg_marketing__intents') }}

    where topic_kind = 'category' and strength > 0

),

first_intent as (

    select min(last_day_of_week) as last_day_of_week from intents

),

-- the newest of the 180 days to the day, and of those to the day a year before
headcounts_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        max_by(
            headcounts.headcount,
            case
                when headcounts.occurred_on > account_day_ids.snapshot_date - 365
                    then headcounts.headcount_number
            end
        ) as headcount,
        max_by(
            headcounts.headcount,
            case
                when headcounts.occurred_on <= account_day_ids.snapshot_date - 365
                    then headcounts.headcount_number
            end
        ) as headcount_365d_before

    from account_day_ids

    inner join headcounts
        on
            account_day_ids.source_account_id = headcounts.account_id
            and headcounts.occurred_on > account_day_ids.snapshot_date - 545
            and headcounts.occurred_on <= account_day_ids.snapshot_date
            and headcounts.loaded_on <= account_day_ids.loaded_until

    where
        headcounts.occurred_on > account_day_ids.snapshot_date - 180
        or headcounts.occurred_on <= account_day_ids.snapshot_date - 365

    group by account_day_ids.account_id, account_day_ids.snapshot_date

),

intents_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        sum(
            case
                when intents.last_day_of_week > account_day_ids.snapshot_date - 28
                    then intents.strength
                else -intents.strength
            end
        ) as category_intent_change_28d

    from account_day_ids

    inner join intents
        on
            account_day_ids.source_account_id = intents.account_id
            and intents.last_day_of_week > account_day_ids.snapshot_date - 56
            and intents.last_day_of_week <= account_day_ids.snapshot_date
            and intents.loaded_on <= account_day_ids.loaded_until

    group by account_day_ids.account_id, account_day_ids.snapshot_date

),

company_news as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        headcounts_of_account_days.headcount,
        headcounts_of_account_days.headcount_365d_before,

        -- no research is a measured zero where that of anyone reaches back so far
        case
            when first_intent.last_day_of_week <= account_days.snapshot_date - 56
                then coalesce(intents_of_account_days.category_intent_change_28d, 0)
        end as category_intent_change_28d

    from account_days

    cross join first_intent

    left join headcounts_of_account_days
        on
            account_days.account_id = headcounts_of_account_days.account_id
            and account_days.snapshot_date = headcounts_of_account_days.snapshot_date

    left join intents_of_account_days
        on
            account_days.account_id = intents_of_account_days.account_id
            and account_days.snapshot_date = intents_of_account_days.snapshot_date

)

select * from company_news
