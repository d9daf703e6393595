-- One row per account per day to score with a survey answer in the last 365 days: when
-- the last one came, how satisfied customers are, how easy it was for them, and how
-- friendly their comments are.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

comment_words as (

    select * from {{ ref('comment_words') }}

),

-- words between blanks, without apostrophes
comments as (

    select
        response_id,
        concat(
            ' ',
            translate(
                lower(comment),
                concat('.,;:!?()/-"', chr(9), chr(10), chr(13), chr(39), '’'),
                '              '
            ),
            ' '
        ) as words

    from responses

    where comment is not null

),

polarity_sums as (

    select
        comments.response_id,
        {{ exact_sum('comment_words.polarity', 6) }} as polarity

    from comments

    inner join comment_words
        on instr(comments.words, concat(' ', comment_words.word, ' ')) > 0

    group by comments.response_id

),

comment_polarities as (

    select
        response_id,
        case when polarity > 1 then 1 when polarity < -1 then -1 else polarity end
            as polarity

    from polarity_sums

),

answers as (

    select
        responses.account_id,
        responses.responded_on,
        responses.loaded_on,
        case when responses.survey_type = 'csat' then responses.score end as csat,
        case when responses.survey_type = 'ces' then responses.score end as ces,
        comment_polarities.polarity

    from responses

    left join comment_polarities
        on responses.response_id = comment_polarities.response_id

),

answers_by_account_day as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        max(answers.responded_on) as last_answer_on,
        avg(
            case
                when answers.responded_on > account_day_ids.snapshot_date - 90
                    then answers.csat
            end
        ) as csat_mean_90d,
        avg(
            case
                when
                    answers.responded_on > account_day_ids.snapshot_date - 180
                    and answers.responded_on <= account_day_ids.snapshot_date - 90
                    then answers.csat
            end
        ) as csat_mean_90d_before,
        avg(
            case
                when answers.responded_on > account_day_ids.snapshot_date - 180
                    then answers.ces
            end
        ) as ces_mean_180d,
        avg(
            case
                when answers.responded_on > account_day_ids.snapshot_date - 180
                    then answers.polarity
            end
        ) as comment_sentiment_180d

    from account_day_ids

    inner join answers
        on
            account_day_ids.source_account_id = answers.account_id
            and answers.responded_on > account_day_ids.snapshot_date - 365
            and answers.responded_on <= account_day_ids.snapshot_date
            and answers.loaded_on <= account_day_ids.loaded_until

    group by account_day_ids.account_id, account_day_ids.snapshot_date

)

select * from answers_by_account_day
