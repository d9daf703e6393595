-- One row per account per day to score with an NPS answer in the last 180 days: the Net
-- Promoter Score (NPS) from the latest answer of every respondent.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

answers as (

    select
        account_id,
        contact_id,
        score,
        responded_on,
        loaded_on,

        -- an answer without a name is a respondent of its own
        case when contact_id is null then response_id end as nameless_response_id,
        row_number() over (order by responded_at, response_id) as answer_number

    from {{ ref('stg_survey__responses') }}

    where survey_type = 'nps' and score is not null

),

latest_answers as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        answers.contact_id,
        answers.nameless_response_id,
        max_by(answers.score, answers.answer_number) as score

    from account_day_ids

    inner join answers
        on
            account_day_ids.source_account_id = answers.account_id
            and answers.responded_on > account_day_ids.snapshot_date - 180
            and answers.responded_on <= account_day_ids.snapshot_date
            and answers.loaded_on <= account_day_ids.loaded_until

    group by all

),

nps as (

    select
        account_id,
        snapshot_date,
        100 * (
            count(*) filter (where score >= 9) - count(*) filter (where score <= 6)
        ) / cast(count(*) as double) as nps_180d

    from latest_answers

    group by all

)

select * from nps
