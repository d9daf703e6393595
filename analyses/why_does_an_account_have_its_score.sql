-- Customer success manager, question 2: why does an account have its score? Every
-- signal of the account's scorecard: its value, its score, and by how many points it
-- lifts the health score above neutral (50) or pulls it below. The points add up: 50 +
-- all points = uncapped_health_score, which is health_score where no cap holds it down.
-- What is not measured says so.

with

account as (

    -- scripts/query --account names one; elsewhere: set variable account = '…'
    select account_id from account_health_current

    where account_id = coalesce(getvariable('account'), account_id)

    -- else the largest that is in trouble
    order by
        case when health_band in ('critical', 'at_risk') then 1 else 2 end,
        arr desc nulls last,
        account_id asc

    limit 1

)

select
    signal_scores_daily.account_id,
    signal_scores_daily.dimension,
    signal_scores_daily.signal,
    round(signal_scores_daily.value, 2) as value,
    round(signal_scores_daily.score) as score,
    round(signal_scores_daily.weight * 100, 1) as weight_percent,
    round(signal_scores_daily.contribution, 1) as points,
    signal_scores_daily.status

from signal_scores_daily

inner join account
    on signal_scores_daily.account_id = account.account_id

where
    signal_scores_daily.snapshot_date = (
        select max(account_health_daily.snapshot_date) from account_health_daily
    )

    -- what other scorecards show is stored as well
    and signal_scores_daily.weight is not null

order by signal_scores_daily.contribution nulls last, signal_scores_daily.signal
