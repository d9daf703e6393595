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

newest_records as (

    select
        raw_record_days.source_table,
        days_to_score.snapshot_date,
        max(raw_record_days.record_date) as newest_record_date

    from days_to_score

    inner join raw_record_days
        on days_to_score.snapshot_date >= raw_record_days.record_date

    where raw_record_days.staged_rows > 0

    group by all

),

source_states as (

    select
        newest_records.source_table,
        newest_records.snapshot_date,
        newest_records.newest_record_date,
        newest_records.snapshot_date - newest_records.newest_record_date as lag_days,
        case
            when newest_records.snapshot_date - newest_records.newest_record_date
                > sources.max_lag_days
                then 'stale'
            else 'fresh'
        end as source_state

    from newest_records

    inner join sources
        on newest_records.source_table = concat(sources.source, '.', sources.table_name)

)

select * from source_states
