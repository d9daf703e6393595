-- One row per candidate scorecard version, account and day on which the candidate
-- would score the account, and all its signals are stored: health by the candidate
-- beside what was published.

with

account_days as (

    select * from {{ ref('int_what_if_account_days') }}

),

health_bands as (

    select * from {{ ref('int_health_bands') }}

),

-- peers are whom the candidate would score
recomputed_health as (

    {{ recomputed_health(
        ref('int_what_if_account_days'), peers=ref('int_what_if_account_days')
    ) }}

),

compared as (

    select
        account_days.*,
        recomputed_health.health_score,
        recomputed_health.coverage,
        recomputed_health.not_recomputed_because is null as is_recomputed,
        coalesce(health_bands.band, 'unknown') as health_band,

        -- plus zero, since a difference may be -0
        {{ rounded(
            'recomputed_health.health_score - account_days.published_health_score', 4
        ) }} + 0.0 as change

    from account_days

    inner join recomputed_health
        on
            account_days.account_id = recomputed_health.account_id
            and account_days.snapshot_date = recomputed_health.snapshot_date
            and account_days.scorecard = recomputed_health.scorecard
            and account_days.scorecard_version = recomputed_health.scorecard_version

    left join health_bands
        on
            recomputed_health.snapshot_date >= health_bands.effective_from
            and recomputed_health.snapshot_date < health_bands.effective_to
            and recomputed_health.health_score >= health_bands.min_score
            and recomputed_health.health_score < health_bands.below_score

)

select
    account_id,
    snapshot_date,
    evaluated_on,
    is_latest_day,
    scorecard,
    scorecard_version,
    published_scorecard,
    published_scorecard_version,
    published_health_score,
    published_health_band,
    health_score,
    coverage,
    health_band,
    change,
    case
        when published_health_score is null and health_score is null then 'no score'
        when health_score is null then 'newly withheld'
        when published_health_score is null then 'newly scored'
        when published_health_band = health_band then 'same band'
        when change > 0 then 'band up'
        else 'band down'
    end as move,
    arr,
    segment,
    owner_id

from compared

where is_recomputed
