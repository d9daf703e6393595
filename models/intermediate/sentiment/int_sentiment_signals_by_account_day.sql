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

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

assessments as (

    select
        *,
        row_number() over (order by assessed_at, assessment_id) as assessment_number

    from {{ ref('stg_crm__csm_assessments') }}

    where sentiment is not null

),

csat as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        avg(responses.score) as csat_mean_90d

    from account_day_ids

    inner join responses
        on
            account_day_ids.source_account_id = responses.account_id
            and responses.survey_type = 'csat'
            and responses.responded_on > account_day_ids.snapshot_date - 90
            and responses.responded_on <= account_day_ids.snapshot_date
            and responses.loaded_on <= account_day_ids.loaded_until

    group by all

),

csm_sentiment as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        max_by(assessments.sentiment, assessments.assessment_number)
            as csm_sentiment_90d

    from account_day_ids

    inner join assessments
        on
            account_day_ids.source_account_id = assessments.account_id
            and assessments.assessed_on > account_day_ids.snapshot_date - 90
            and assessments.assessed_on <= account_day_ids.snapshot_date
            and assessments.loaded_on <= account_day_ids.loaded_until

    group by all

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- what customers say
        nps.nps_180d,
        csat.csat_mean_90d,
        response_shares.survey_response_share_365d,

        -- what our teams say
        csm_sentiment.csm_sentiment_90d

    from account_days

    {% for measured in ['nps', 'csat', 'response_shares', 'csm_sentiment'] %}
    left join {{ measured }}
        on
            account_days.account_id = {{ measured }}.account_id
            and account_days.snapshot_date = {{ measured }}.snapshot_date
    {% endfor %}

)

select * from signals
