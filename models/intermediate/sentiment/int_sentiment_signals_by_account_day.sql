-- One row per account per day to score: sentiment signals, from what was known by
-- the end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

nps as (

    select * from {{ ref('int_nps_by_account_day') }}

),

response_shares as (

    select * from {{ ref('int_survey_response_shares_by_account_day') }}

),

answers as (

    select * from {{ ref('int_survey_answers_by_account_day') }}

),

-- from 365 days after any account's first answer on, silence of a year is known
first_answer as (

    select min({{ known_on('responded_on + 365') }}) as silence_known_from

    from {{ ref('stg_survey__responses') }}

),

assessments as (

    select
        *,
        row_number() over (order by assessed_at, assessment_id) as assessment_number

    from {{ ref('stg_crm__csm_assessments') }}

),

assessments_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        assessments.team,
        assessments.trusted_advisor,
        case
            when assessments.assessed_on > account_day_ids.snapshot_date - 90
                then assessments.sentiment
        end as sentiment_90d,

        -- one without a sentiment does not replace another
        case
            when
                assessments.assessed_on > account_day_ids.snapshot_date - 90
                and assessments.sentiment is not null
                then assessments.assessment_number
            else 0
        end as assessment_number

    from account_day_ids

    inner join assessments
        on
            account_day_ids.source_account_id = assessments.account_id
            and assessments.assessed_on > account_day_ids.snapshot_date - 180
            and assessments.assessed_on <= account_day_ids.snapshot_date
            and assessments.loaded_on <= account_day_ids.loaded_until

),

team_ratings as (

    select
        account_id,
        snapshot_date,
        team,
        max(assessment_number) as latest_number,
        max_by(sentiment_90d, assessment_number) as latest_sentiment_90d,
        sum(trusted_advisor) as trusted_advisor_sum,
        count(trusted_advisor) as trusted_advisor_ratings

    from assessments_of_account_days

    group by account_id, snapshot_date, team

),

ratings as (

    select
        account_id,
        snapshot_date,
        max_by(latest_sentiment_90d, latest_number) as csm_sentiment_90d,
        case
            when count(case when team is not null then latest_sentiment_90d end) > 1
                then max(case when team is not null then latest_sentiment_90d end)
                - min(case when team is not null then latest_sentiment_90d end)
        end as team_sentiment_spread_90d,
        sum(trusted_advisor_sum)
        / cast(nullif(sum(trusted_advisor_ratings), 0) as double)
            as trusted_advisor_mean_180d

    from team_ratings

    group by account_id, snapshot_date

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- what customers say
        nps.nps_180d,
        nps.nps_180d - nps.nps_180d_before as nps_change_180d,
        nps.detractor_share_180d,
        nps.executive_detractors_180d,
        answers.csat_mean_90d,
        answers.csat_mean_90d - answers.csat_mean_90d_before as csat_change_90d,
        answers.ces_mean_180d,
        answers.comment_sentiment_180d,

        -- whether they say anything
        response_shares.survey_response_share_365d,
        cast(
            case
                when answers.last_answer_on is not null then 0
                when response_shares.survey_response_share_365d > 0 then 0
                when
                    response_shares.survey_response_share_365d = 0
                    and response_shares.invitations_365d >= 2
                    then 1
                when response_shares.survey_response_share_365d = 0 then 0
            end as double
        ) as survey_silence_365d,
        case
            when answers.last_answer_on is not null
                then cast(
                    cast(account_days.snapshot_date - answers.last_answer_on as int)
                    as double
                )
            -- who was never asked is not silent
            when
                account_days.tenure_days >= 365
                and first_answer.silence_known_from <= account_days.snapshot_date
                and response_shares.invitations_365d > 0
                then cast(365 as double)
        end as days_since_last_answer,

        -- what our teams say
        ratings.csm_sentiment_90d,
        ratings.team_sentiment_spread_90d,
        ratings.trusted_advisor_mean_180d

    from account_days

    cross join first_answer

    {% for measured in ['nps', 'answers', 'response_shares', 'ratings'] %}
    left join {{ measured }}
        on
            account_days.account_id = {{ measured }}.account_id
            and account_days.snapshot_date = {{ measured }}.snapshot_date
    {% endfor %}

)

select * from signals
