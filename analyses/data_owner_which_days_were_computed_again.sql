-- Data owner: which stored days were computed again, when, and why? A day has a row per
-- change; a closed day changes by a restatement only, and its reason stands here.

select
    cast(recorded_at as date) as recorded_on,
    reason,
    count(*) as days,
    min(snapshot_date) as first_day,
    max(snapshot_date) as last_day,
    sum(account_rows) as account_rows,
    run_id

from history_ledger

group by cast(recorded_at as date), reason, run_id

order by recorded_on desc, days desc, run_id asc
