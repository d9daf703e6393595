-- Every rule that seeds/backtest_windows.csv must keep, in words: which row, and what to
-- do.

with

windows as (

    select
        *,
        concat(
            'horizon_days ', cast(horizon_days as string),
            ', lead_days ', cast(lead_days as string)
        ) as place

    from {{ ref('backtest_windows') }}

),

problems as (

    select
        'backtest_windows' as seed,
        place,
        'horizon_days must be 1 or more' as problem
    from windows
    where horizon_days is null or horizon_days < 1

    union all

    select
        'backtest_windows',
        place,
        concat(
            'lead_days must be more than late_data_days, ',
            '{{ var("late_data_days") }}: what arrives late would be known to the ',
            'snapshot and happen in the window'
        )
    from windows
    where lead_days is null or lead_days <= {{ var('late_data_days') }}

    union all

    select
        'backtest_windows',
        place,
        'is_headline must be 1 or 0'
    from windows
    where is_headline is null or is_headline not in (0, 1)

    union all

    select
        'backtest_windows',
        'all rows',
        'exactly one window must have is_headline 1'
    from windows
    having coalesce(sum(is_headline), 0) <> 1

)

select * from problems
