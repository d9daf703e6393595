-- One row per account per day to score from the first topic of any activity on: how
-- many activities of the last 180 days have a topic that names a competitor.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

activities as (

    select * from {{ ref('stg_crm__activities') }}

    where topic is not null

),

competitor_words as (

    select * from {{ ref('competitor_words') }}

),

topics as (

    select distinct
        topic,

        -- to find words, not their letters: "lost_to_rivalo", no "rivalorous"
        concat('_', translate(topic, '/,.;:&+()', '_________'), '_') as words

    from activities

),

competitor_topics as (

    select distinct topics.topic

    from topics

    inner join competitor_words
        on instr(topics.words, concat('_', competitor_words.word, '_')) > 0

),

mentions as (

    select
        activities.activity_id,
        activities.account_id,
        activities.occurred_on,
        activities.loaded_on

    from activities

    inner join competitor_topics
        on activities.topic = competitor_topics.topic

),

topic_days as (

    select
        occurred_on,
        min(loaded_on) as loaded_on

    from activities

    group by occurred_on

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

-- before the first topic of any account, nobody records them
days_with_topics as (

    select distinct days_to_score.snapshot_date

    from days_to_score

    inner join topic_days
        on
            days_to_score.snapshot_date >= topic_days.occurred_on
            and days_to_score.loaded_until >= topic_days.loaded_on

),

competitor_mentions_by_account_day as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(mentions.activity_id) as competitor_mentions_180d

    from account_day_ids

    inner join days_with_topics
        on account_day_ids.snapshot_date = days_with_topics.snapshot_date

    left join mentions
        on
            account_day_ids.source_account_id = mentions.account_id
            and mentions.occurred_on > account_day_ids.snapshot_date - 180
            and mentions.occurred_on <= account_day_ids.snapshot_date
            and mentions.loaded_on <= account_day_ids.loaded_until

    group by account_day_ids.account_id, account_day_ids.snapshot_date

)

select * from competitor_mentions_by_account_day
