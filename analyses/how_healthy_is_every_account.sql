-- Question 1: how healthy is every account today, and how much of that is measured? The
-- accounts with most revenue at stake come first. A low coverage means: find out more
-- before you act; band unknown means that too little was measured for a score.

select
    account_id,
    account_name,
    owner_id,
    health_band,
    round(health_score, 1) as health_score,
    round(coverage * 100) as measured_percent,
    round(change_28d, 1) as change_28d,
    round(arr) as arr,
    days_to_renewal,
    hurting_signals

from account_health_current

order by
    case health_band
        when 'critical' then 1
        when 'at_risk' then 2
        when 'unknown' then 3
        when 'watch' then 4
        else 5
    end,
    arr desc nulls last

limit 20
