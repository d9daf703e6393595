-- The spine and the scores have the same account-days, each once, and every signal that
-- is stored on that day has a row.

with

spine as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        count(scorecard_signals.signal) as signals

    from {{ ref('int_account_days') }} as account_days

    left join {{ ref('int_scorecard_signal_days') }} as scorecard_signals
        on
            account_days.snapshot_date = scorecard_signals.snapshot_date
            and account_days.scorecard = scorecard_signals.scorecard
            and account_days.scorecard_version = scorecard_signals.scorecard_version

    group by account_days.account_id, account_days.snapshot_date

),

scored as (

    select
        account_id,
        snapshot_date,
        count(*) as signals

    from {{ ref('int_signal_scores') }}

    group by account_id, snapshot_date

),

health as (

    select
        account_id,
        snapshot_date,
        count(*) as health_rows

    from {{ ref('int_account_health') }}

    group by account_id, snapshot_date

)

select
    coalesce(spine.account_id, health.account_id) as account_id,
    coalesce(spine.snapshot_date, health.snapshot_date) as snapshot_date,
    spine.signals as signals_to_store,
    scored.signals as signals_scored,
    health.health_rows

from spine

full outer join health
    on
        spine.account_id = health.account_id
        and spine.snapshot_date = health.snapshot_date

left join scored
    on
        spine.account_id = scored.account_id
        and spine.snapshot_date = scored.snapshot_date

where
    spine.account_id is null
    or coalesce(health.health_rows, 0) <> 1
    or spine.signals <> coalesce(scored.signals, 0)
