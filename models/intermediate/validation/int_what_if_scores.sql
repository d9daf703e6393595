-- One row per account, end of month and scorecard version, of candidates and of what
-- they are compared with: health without the signals that know the outcome so shortly
-- before it, nor caps by them.

with

signals_left_out as (

    select signals.signal

    from {{ ref('signals') }} as signals

    inner join {{ ref('backtest_windows') }} as windows
        on
            windows.is_headline = 1
            and signals.used_from_days_before_outcome > windows.lead_days

),

observations as (

    select * from {{ ref('int_what_if_observations') }}

),

versions_to_score as (

    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version

    from observations

    union

    select
        account_id,
        snapshot_date,
        published_scorecard,
        published_scorecard_version

    from observations

),

-- each version has those whom it scores or would score for its peers
scored_accounts as (

    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version

    from {{ ref('int_what_if_account_days') }}

    union all

    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version

    from {{ ref('int_what_if_days') }}

),

scores as (

    {{ recomputed_health(
        'versions_to_score', peers='scored_accounts', left_out='signals_left_out'
    ) }}

)

select
    account_id,
    snapshot_date,
    scorecard,
    scorecard_version,
    health_score

from scores
