-- One row per candidate scorecard version, account and day that the what-if looks at,
-- on which the candidate would score the account if it held then; with what was
-- published. None when no evaluation is due.

{%- set selectors = ['segment', 'industry', 'region', 'size_band', 'service_tier',
    'product'] %}

with

account_days as (

    select * from {{ ref('int_what_if_days') }}

),

candidates as (

    select * from {{ ref('int_candidates') }}

),

-- whose selectors fit, as in int_account_days, whenever it is to begin
candidate_days as (

    select
        account_days.*,
        candidates.scorecard as candidate,
        candidates.scorecard_version as candidate_version,
        candidates.priority

    from account_days

    inner join candidates
        on
            coalesce(candidates.customer_type, account_days.customer_type)
            = account_days.customer_type
            {%- for selector in selectors %}
            and (
                candidates.{{ selector }} is null
                or account_days.{{ selector }} = candidates.{{ selector }}
            )
            {%- endfor %}
            and (
                candidates.lifecycle_stage is null
                or account_days.lifecycle_stage = candidates.lifecycle_stage
            )

),

-- the highest priority of the published versions that fit as well. An older version of
-- the candidate's own scorecard is none: it would end where the candidate begins.
rivals as (

    select
        candidate_days.account_id,
        candidate_days.snapshot_date,
        candidate_days.candidate,
        candidate_days.candidate_version,
        max(scorecards.priority) as priority

    from candidate_days

    inner join {{ ref('scorecards') }} as scorecards
        on
            candidate_days.candidate <> scorecards.scorecard
            and candidate_days.snapshot_date >= scorecards.effective_from
            and candidate_days.snapshot_date < coalesce(
                scorecards.effective_to, cast('9999-01-01' as date)
            )
            and coalesce(scorecards.customer_type, candidate_days.customer_type)
            = candidate_days.customer_type
            {%- for selector in selectors %}
            and (
                scorecards.{{ selector }} is null
                or candidate_days.{{ selector }} = scorecards.{{ selector }}
            )
            {%- endfor %}
            and (
                scorecards.lifecycle_stage is null
                or candidate_days.lifecycle_stage = scorecards.lifecycle_stage
            )
            and scorecards.status = 'published'

    group by
        candidate_days.account_id,
        candidate_days.snapshot_date,
        candidate_days.candidate,
        candidate_days.candidate_version

)

select
    candidate_days.account_id,
    candidate_days.snapshot_date,
    candidate_days.evaluated_on,
    candidate_days.is_latest_day,
    candidate_days.candidate as scorecard,
    candidate_days.candidate_version as scorecard_version,

    -- as published
    candidate_days.scorecard as published_scorecard,
    candidate_days.scorecard_version as published_scorecard_version,
    candidate_days.health_score as published_health_score,
    candidate_days.health_band as published_health_band,
    candidate_days.arr,
    candidate_days.segment,
    candidate_days.owner_id

from candidate_days

left join rivals
    on
        candidate_days.account_id = rivals.account_id
        and candidate_days.snapshot_date = rivals.snapshot_date
        and candidate_days.candidate = rivals.candidate
        and candidate_days.candidate_version = rivals.candidate_version

-- of equals the one that begins last scores, and that is the candidate
where
    rivals.priority is null
    or candidate_days.priority >= rivals.priority
