-- Everybody, question 1: how healthy is every account today, and how much of that is
-- measured? Those that are critical, at risk or unknown come first, the largest revenue
-- at the top; then all others likewise. A low coverage means: find out more before you
-- act; band unknown means that too little was measured for a score. score_warning says
-- why, and which tables are stale.

select
    account_id,
    account_name,
    owner_id,
    health_band,
    round(health_score, 1) as health_score,
    round(coverage * 100) as measured_percent,
    round(applicable_share * 100) as applicable_percent,
    round(change_28d, 1) as change_28d,
    round(arr) as arr,
    days_to_renewal,
    hurting_signals,
    score_warning

from account_health_current

where account_id = coalesce(getvariable('account'), account_id)

order by
    case when health_band in ('critical', 'at_risk', 'unknown') then 1 else 2 end,
    arr desc nulls last,
    account_id asc

-- take this away to see every account
limit 20
