-- One row per rating of an account by one of our teams in the 365 days up to the last
-- scored day: whether it is out of date, came just before a renewal or after notice,
-- how far it is from the health score, and whether who gave it is lenient.

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

account_id_map as (

    select * from {{ ref('int_account_id_map') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health_daily

),

ratings as (

    select
        assessments.assessment_id,
        accounts_now.account_id,
        accounts_then.account_id as account_id_then,
        latest_day.snapshot_date as audited_on,
        assessments.assessed_by,
        assessments.team,
        assessments.assessed_at,
        assessments.assessed_on,
        assessments.sentiment,
        row_number() over (
            partition by accounts_now.account_id
            order by assessments.assessed_at desc, assessments.assessment_id desc
        ) as recency

    from {{ ref('stg_crm__csm_assessments') }} as assessments

    inner join latest_day
        on
            assessments.assessed_on > latest_day.snapshot_date - 365
            and assessments.assessed_on <= latest_day.snapshot_date
            and assessments.loaded_on
            <= latest_day.snapshot_date + {{ var('late_data_days') }}

    inner join account_id_map as accounts_now
        on
            assessments.account_id = accounts_now.source_account_id
            and latest_day.snapshot_date >= accounts_now.valid_from
            and latest_day.snapshot_date < accounts_now.valid_to

    inner join account_id_map as accounts_then
        on
            assessments.account_id = accounts_then.source_account_id
            and assessments.assessed_on >= accounts_then.valid_from
            and assessments.assessed_on < accounts_then.valid_to

    where assessments.sentiment is not null

),

renewals as (

    select
        account_id_map.account_id,
        opportunities.is_won,
        opportunities.closed_at,
        opportunities.closed_on,
        lead(opportunities.closed_at) over (
            partition by account_id_map.account_id
            order by opportunities.closed_at, opportunities.opportunity_id
        ) as next_closed_at

    from {{ ref('stg_crm__opportunities') }} as opportunities

    cross join latest_day

    inner join account_id_map
        on
            opportunities.account_id = account_id_map.source_account_id
            and latest_day.snapshot_date >= account_id_map.valid_from
            and latest_day.snapshot_date < account_id_map.valid_to

    where
        opportunities.opportunity_type = 'renewal'
        and opportunities.is_won is not null

),

compared_ratings as (

    select
        ratings.*,
        {{ rounded('25 * (ratings.sentiment - 1)', 4) }} as rating_score,
        account_health.account_id is not null as is_day_stored,
        account_health.days_to_renewal as days_to_renewal_then,
        account_health.health_score as health_score_then,
        {{ rounded('25 * (ratings.sentiment - 1) - account_health.health_score', 4) }}
            as gap_to_health,
        health_now.account_id is not null as is_customer,
        lost_renewals.account_id is not null as is_after_notice

    from ratings

    left join account_health_daily as account_health
        on
            ratings.account_id_then = account_health.account_id
            and ratings.assessed_on = account_health.snapshot_date

    left join account_health_daily as health_now
        on
            ratings.account_id = health_now.account_id
            and ratings.audited_on = health_now.snapshot_date

    -- the last renewal that was decided in the year before, was lost
    left join renewals as lost_renewals
        on
            ratings.account_id = lost_renewals.account_id
            and not lost_renewals.is_won
            and ratings.assessed_at >= lost_renewals.closed_at
            and ratings.assessed_on <= lost_renewals.closed_on + 365
            and (
                lost_renewals.next_closed_at is null
                or ratings.assessed_at < lost_renewals.next_closed_at
            )

),

gaps_in_all as (

    select
        count(gap_to_health) as ratings,
        {{ exact_sum('gap_to_health', 4) }} as gaps

    from compared_ratings

),

gaps_of_assessors as (

    select
        assessed_by,
        count(gap_to_health) as ratings,
        {{ exact_sum('gap_to_health', 4) }} as gaps

    from compared_ratings

    group by assessed_by

),

assessors as (

    select
        gaps_of_assessors.assessed_by,
        gaps_of_assessors.ratings as assessor_ratings,

        -- mean gap, less that of all others; a few ratings tell nothing
        case
            when
                gaps_of_assessors.ratings >= {{ var('lenient_minimum_ratings') }}
                then {{ rounded(
                    'gaps_of_assessors.gaps / gaps_of_assessors.ratings'
                    ~ ' - (gaps_in_all.gaps - gaps_of_assessors.gaps)'
                    ~ ' / nullif(gaps_in_all.ratings - gaps_of_assessors.ratings, 0)', 4
                ) }}
        end as assessor_leniency

    from gaps_of_assessors

    cross join gaps_in_all

),

audit as (

    select
        -- keys
        compared_ratings.assessment_id,
        compared_ratings.account_id,

        -- rating
        compared_ratings.audited_on,
        compared_ratings.assessed_on,
        compared_ratings.assessed_by,
        compared_ratings.team,
        compared_ratings.sentiment,
        compared_ratings.rating_score,

        -- out of date: no newer one since it lost its validity of 90 days
        compared_ratings.recency = 1 as is_newest,
        compared_ratings.recency = 1
        and compared_ratings.is_customer
        and compared_ratings.assessed_on <= compared_ratings.audited_on - 90
            as is_stale,

        -- at the last minute
        compared_ratings.days_to_renewal_then,
        compared_ratings.is_after_notice,
        case
            when compared_ratings.is_after_notice then true
            when compared_ratings.is_day_stored
                then coalesce(
                    compared_ratings.days_to_renewal_then
                    <= {{ var('last_minute_days') }},
                    false
                )
        end as is_last_minute,

        -- against the data
        compared_ratings.health_score_then,
        compared_ratings.gap_to_health,
        cast(coalesce(assessors.assessor_ratings, 0) as int) as assessor_ratings,
        assessors.assessor_leniency,
        assessors.assessor_leniency >= {{ var('lenient_points') }} as is_lenient

    from compared_ratings

    left join assessors
        on compared_ratings.assessed_by = assessors.assessed_by

)

select * from audit
