-- One row per raw table per day to score: whether its records were fresh on that day. A
-- table without a record on or before the day has no row: it is not applicable.

with

days_to_score as (

    select * from {{ ref('int_days_to_score') }}

),

raw_record_days as (

    select * from {{ ref('int_raw_record_days') }}

),

sources as (

    select * from {{ ref('sources') }}

),

-- crm.accounts is required, so its rows are of the run that read the raw tables last
latest_run as (

    select max(run_id) as run_id

    from raw_record_days

    where source_table = 'crm.accounts'

),

newest_records as (

    select
        raw_record_days.source_table,
        days_to_score.snapshot_date,
        max(raw_record_days.record_date) as newest_record_date,
        max(case when raw_record_days.run_id = latest_run.run_id then 1 else 0 end) = 1
            as is_present

    from days_to_score

    inner join raw_record_days
        on
            days_to_score.snapshot_date >= raw_record_days.record_date
            and days_to_score.loaded_until >= raw_record_days.first_loaded_on

    cross join latest_run

    where raw_record_days.staged_rows > 0

    group by all

),

source_states as (

    select
        newest_records.source_table,
        newest_records.snapshot_date,
        newest_records.newest_record_date,
        cast(newest_records.snapshot_date - newest_records.newest_record_date as int)
            as lag_days,
        case
            -- or its signals would be counted from no rows; the history of usage is
            -- kept
            when not newest_records.is_present
                and newest_records.source_table <> 'usage.events'
                then 'stale'
            when
                cast(
                    newest_records.snapshot_date - newest_records.newest_record_date
                    as int
                ) > sources.max_lag_days
                then 'stale'
            else 'fresh'
        end as source_state

    from newest_records

    inner join sources
        on newest_records.source_table = concat(sources.source, '.', sources.table_name)

)

select * from source_states
