-- One row per account per day to score with an NPS answer in the last 360 days: the Net
-- Promoter Score (NPS) from the latest answer of every respondent in the last 180 days,
-- that of the 180 days before, and who of the respondents detracts.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

executives as (

    select
        contact_id,
        loaded_on

    from {{ ref('int_contact_roles') }}

    where is_executive

),

answers as (

    select
        responses.account_id,
        responses.contact_id,
        responses.score,
        responses.responded_on,
        responses.loaded_on,
        executives.loaded_on as executive_loaded_on,

        -- an answer without a name is a respondent of its own
        case when responses.contact_id is null then responses.response_id end
            as nameless_response_id,
        row_number() over (order by responses.responded_at, responses.response_id)
            as answer_number

    from {{ ref('stg_survey__responses') }} as responses

    left join executives
        on responses.contact_id = executives.contact_id

    where responses.survey_type = 'nps' and responses.score is not null

),

latest_answers as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        answers.responded_on > account_day_ids.snapshot_date - 180 as is_in_180d,
        answers.contact_id,
        answers.nameless_response_id,
        coalesce(answers.executive_loaded_on <= account_day_ids.loaded_until, false)
            as is_executive,
        max_by(answers.score, answers.answer_number) as score

    from account_day_ids

    inner join answers
        on
            account_day_ids.source_account_id = answers.account_id
            and answers.responded_on > account_day_ids.snapshot_date - 360
            and answers.responded_on <= account_day_ids.snapshot_date
            and answers.loaded_on <= account_day_ids.loaded_until

    group by all

),

respondents as (

    select
        account_id,
        snapshot_date,
        {%- for window, condition in [
            ('180d', 'is_in_180d'), ('180d_before', 'not is_in_180d')
        ] %}
        cast(nullif(count(case when {{ condition }} then 1 end), 0) as double)
            as respondents_{{ window }},
        count(case when {{ condition }} and score >= 9 then 1 end)
            as promoters_{{ window }},
        count(case when {{ condition }} and score <= 6 then 1 end)
            as detractors_{{ window }},
        {%- endfor %}
        count(case when is_in_180d and is_executive then 1 end) as executives_180d,
        count(case when is_in_180d and is_executive and score <= 6 then 1 end)
            as executive_detractors_180d

    from latest_answers

    group by account_id, snapshot_date

),

nps as (

    select
        account_id,
        snapshot_date,
        100 * (promoters_180d - detractors_180d) / respondents_180d as nps_180d,
        100 * (promoters_180d_before - detractors_180d_before)
        / respondents_180d_before as nps_180d_before,
        detractors_180d / respondents_180d as detractor_share_180d,
        case
            when executives_180d > 0 then cast(executive_detractors_180d as double)
        end as executive_detractors_180d

    from respondents

)

select * from nps
