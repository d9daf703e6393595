-- One row per account per day to score with a conversation on value or ROI in the last
-- 365 days: when the last one was.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

activities as (

    select
        *,
        -- to find the word roi, not its letters: "q1_roi", "roi/payback", no "troika"
        concat('_', translate(topic, '/,.;:&+()', '_________'), '_') as words

    from {{ ref('stg_crm__activities') }}

),

value_conversations as (

    select * from activities

    where
        activity_type in ('meeting', 'call', 'qbr')
        and status = 'held'
        and (words like '%value%' or instr(words, '_roi_') > 0)

),

value_conversations_by_account_day as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        max(value_conversations.occurred_on) as last_value_conversation_on

    from account_day_ids

    inner join value_conversations
        on
            account_day_ids.source_account_id = value_conversations.account_id
            and value_conversations.occurred_on > account_day_ids.snapshot_date - 365
            and account_day_ids.snapshot_date >= value_conversations.occurred_on
            and account_day_ids.loaded_until >= value_conversations.loaded_on

    group by account_day_ids.account_id, account_day_ids.snapshot_date

)

select * from value_conversations_by_account_day
