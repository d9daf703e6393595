-- One row per day that this run scores: days that history lacks, the days that are
-- still open for late records, and a range that was asked for. Oldest first, at most
-- max_days_per_run.

with

as_of as (

    select * from {{ ref('int_as_of_date') }}

),

days_in_history as (

    {{ days_in_history() }}

),

history as (

    select
        min(snapshot_date) as oldest_day,
        max(snapshot_date) as newest_day

    from days_in_history

),

first_customer_day as (

    select min(spell_from) as first_day from {{ ref('int_account_spells') }}

),

bounds as (

    select
        as_of.as_of_date,

        -- history does not grow into the past unasked
        coalesce(
            {{ date_setting('history_start') }},
            history.oldest_day,
            as_of.as_of_date - 365
        ) as first_day,

        -- A day is closed once a later run has found it too old to compute again. When
        -- nights were skipped, the days that were open then are still open.
        case
            when history.newest_day >= as_of.as_of_date then history.newest_day
            else coalesce(history.newest_day + 1, as_of.as_of_date)
        end - {{ var('late_data_days') }} as last_closed_day

    from as_of

    cross join history

),

calendar as (

    select {{ days_between('first_day', 'as_of_date') }} as day

    from bounds

    where first_day <= as_of_date

    union

    -- a setting may have moved the start: what is stored can be restated all the same
    select snapshot_date as day from days_in_history

),

days_to_score as (

    select
        calendar.day as snapshot_date,

        -- what arrived later is not known, unless the day is restated
        case
            when calendar.day between
                {{ date_setting('restate_from') }} and {{ date_setting('restate_to') }}
                then cast('9999-01-01' as date)
            else calendar.day + {{ var('late_data_days') }}
        end as loaded_until,

        -- of which this run may leave some to the next
        cast(count(*) over () as int) as days_due

    from calendar

    cross join bounds

    cross join first_customer_day

    where
        calendar.day <= bounds.as_of_date

        -- before the first customer there is nothing to score
        and calendar.day >= first_customer_day.first_day
        and (
            calendar.day not in (
                select days_in_history.snapshot_date from days_in_history
            )
            or calendar.day > bounds.last_closed_day
            or (
                calendar.day >= {{ date_setting('restate_from') }}
                and calendar.day <= {{ date_setting('restate_to') }}
            )
        )

    order by snapshot_date

    limit {{ var('max_days_per_run') }}

)

select * from days_to_score
