-- One row per account with a two-way touch by the latest day of history: the last one.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('account_health_daily') }}

)

select
    account_id_map.account_id,
    max(touches.occurred_on) as last_touch_on

from {{ ref('int_activity_touches') }} as touches

inner join latest_day
    on
        touches.occurred_on <= latest_day.snapshot_date
        and touches.loaded_on <= latest_day.snapshot_date + {{ var('late_data_days') }}

inner join {{ ref('int_account_id_map') }} as account_id_map
    on
        touches.account_id = account_id_map.source_account_id
        and latest_day.snapshot_date >= account_id_map.valid_from
        and latest_day.snapshot_date < account_id_map.valid_to

where touches.is_touch

group by account_id_map.account_id
