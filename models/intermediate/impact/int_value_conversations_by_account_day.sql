-- One row per account per day to score: when the last conversation on value or ROI of
-- the last 365 days was, and whether it is known that there was none.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

activities as (

    select
        *,

        -- to find the word roi, not its letters: "q1_roi", "roi/payback", no "troika"
        case
            when topic is not null
                then concat('_', translate(topic, '/,.;:&+()', '_________'), '_')
        end as words

    from {{ ref('stg_crm__activities') }}

    where activity_type in ('meeting', 'call', 'qbr')

),

conversations as (

    select
        account_id,
        occurred_on,
        loaded_on,

        -- null where the record does not tell
        nullif(status, 'other') = 'held'
        and (words like '%value%' or instr(words, '_roi_') > 0) as is_on_value

    from activities

),

value_conversation_days as (

    select
        occurred_on,
        min(loaded_on) as loaded_on

    from conversations

    where is_on_value

    group by occurred_on

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

-- with such conversations of any account from 365 days before, silence is known
days_with_old_conversations as (

    select distinct days_to_score.snapshot_date

    from days_to_score

    inner join value_conversation_days
        on
            days_to_score.snapshot_date - 365 >= value_conversation_days.occurred_on
            and days_to_score.loaded_until >= value_conversation_days.loaded_on

),

value_conversations_by_account_day as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        max(case when conversations.is_on_value then conversations.occurred_on end)
            as last_value_conversation_on,
        count(days_with_old_conversations.snapshot_date) > 0
        and count(conversations.account_id) = count(conversations.is_on_value)
            as is_silence_known

    from account_day_ids

    left join conversations
        on
            account_day_ids.source_account_id = conversations.account_id
            and conversations.occurred_on > account_day_ids.snapshot_date - 365
            and account_day_ids.snapshot_date >= conversations.occurred_on
            and account_day_ids.loaded_until >= conversations.loaded_on

    left join days_with_old_conversations
        on account_day_ids.snapshot_date = days_with_old_conversations.snapshot_date

    group by account_day_ids.account_id, account_day_ids.snapshot_date

)

select * from value_conversations_by_account_day
