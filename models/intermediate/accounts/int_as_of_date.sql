-- One row: the last day that this run may score, which is the earlier of yesterday and
-- the newest past-dated record of any source, unless the setting as_of_date names it.

with

raw_record_days as (

    select * from {{ ref('int_raw_record_days') }}

),

newest_record as (

    select max(record_date) as record_date

    from raw_record_days

    where
        staged_rows > 0
        and record_date < cast('{{ run_started_at.strftime("%Y-%m-%d") }}' as date)
        -- the first day of a subscription may be agreed long before
        and source_table <> 'billing.subscriptions'

),

as_of as (

    select coalesce({{ date_setting('as_of_date') }}, record_date) as as_of_date

    from newest_record

)

select * from as_of
