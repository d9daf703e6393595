-- One row per account per day that this run writes to account_health_daily: the days to
-- score, and days since a restatement on which a settled band moved. run_id and
-- computed_at are those of the earlier run in rows that do not change, else null.

{{ config(materialized='view') }}

select
    *,
    cast(null as string) as run_id,
    cast(null as timestamp) as computed_at

from {{ ref('int_account_health') }}

union all

select * from {{ ref('int_carried_account_health') }}
