-- One row when an evaluation of the score is due, else none: the newest month-end in
-- account_health_daily, once the run that brings its history up to date has scored all
-- its days. Whatever is computed of an evaluation starts from here.

with

days_to_score as (

    select * from {{ ref('int_days_to_score') }}

),

stored_days as (

    select * from {{ ref('int_stored_days') }}

),

as_of as (

    select * from {{ ref('int_as_of_date') }}

),

evaluations_in_history as (

    {{ evaluations_in_history() }}

),

-- scorecards that wait to be compared, since somebody wrote or changed them
candidates_to_tell as (

    select count(*) as candidates

    from {{ ref('int_candidates') }}

    where not is_told

),

newest_month_end as (

    select
        max(stored_days.snapshot_date) as evaluated_on,
        max(as_of.as_of_date) as observed_until

    from stored_days

    inner join as_of
        on stored_days.snapshot_date <= as_of.as_of_date

    where stored_days.snapshot_date = last_day(stored_days.snapshot_date)

),

-- false while later runs have days to score
progress as (

    select count(*) = max(days_due) as is_complete

    from days_to_score

),

evaluation_day as (

    select
        newest_month_end.evaluated_on,
        newest_month_end.observed_until

    from newest_month_end

    cross join progress

    cross join candidates_to_tell

    where
        newest_month_end.evaluated_on is not null
        and progress.is_complete
        and (
            newest_month_end.evaluated_on not in (
                select evaluations_in_history.evaluated_on from evaluations_in_history
            )
            or newest_month_end.evaluated_on >= {{ date_setting('restate_from') }}
            or candidates_to_tell.candidates > 0
        )

)

select * from evaluation_day
