select account_id, snapshot_date, cast(null as double) as stub_adoption from {{ ref('int_account_days') }}
