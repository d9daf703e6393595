-- One row per account per day to score with a survey invitation in the last 365 days:
-- how many, and the share of them that was answered by the end of the day.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

invitations as (

    select * from {{ ref('stg_survey__invitations') }}

),

responses as (

    select
        invitation_id,
        responded_on,
        loaded_on,

        -- of several answers, the one that was known first
        row_number() over (
            partition by invitation_id
            order by {{ known_on('responded_on') }}, responded_on
        ) as answer_rank

    from {{ ref('stg_survey__responses') }}

    where invitation_id is not null

),

answer_days as (

    select
        responded_on,
        min(loaded_on) as loaded_on

    from responses

    group by responded_on

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

-- until an answer is known that names its invitation, nobody knows which were answered
days_with_answers as (

    select distinct days_to_score.snapshot_date

    from days_to_score

    inner join answer_days
        on
            days_to_score.snapshot_date >= answer_days.responded_on
            and days_to_score.loaded_until >= answer_days.loaded_on

),

answered_invitations as (

    select
        invitations.account_id,
        invitations.sent_on,
        invitations.loaded_on,
        responses.responded_on,
        responses.loaded_on as response_loaded_on

    from invitations

    left join responses
        on
            invitations.invitation_id = responses.invitation_id
            and responses.answer_rank = 1

),

counts as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(*) as invitations_365d,
        count(*) filter (
            where answered_invitations.responded_on <= account_day_ids.snapshot_date
            and answered_invitations.response_loaded_on <= account_day_ids.loaded_until
        ) as answered_invitations_365d

    from account_day_ids

    inner join answered_invitations
        on
            account_day_ids.source_account_id = answered_invitations.account_id
            and answered_invitations.sent_on > account_day_ids.snapshot_date - 365
            and answered_invitations.sent_on <= account_day_ids.snapshot_date
            and answered_invitations.loaded_on <= account_day_ids.loaded_until

    group by all

),

response_shares as (

    select
        counts.account_id,
        counts.snapshot_date,
        counts.invitations_365d,

        case
            when days_with_answers.snapshot_date is not null
                then counts.answered_invitations_365d
                / cast(counts.invitations_365d as double)
        end as survey_response_share_365d

    from counts

    left join days_with_answers
        on counts.snapshot_date = days_with_answers.snapshot_date

)

select * from response_shares
