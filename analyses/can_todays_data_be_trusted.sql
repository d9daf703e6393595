-- Everybody who reads a score: which raw tables are stale, absent or dirty, and how
-- much of the score rests on them?

select
    source,
    table_name,
    freshness,
    newest_record_date,
    raw_rows,
    rejected_rows,
    round(dependent_weight * 100, 1) as percent_of_the_default_score,
    owner,
    warning

from data_inventory

order by dependent_weight desc, source asc, table_name asc
