-- One row per account per day per rule of the kind signal: what was measured, and the
-- number of the day, which stands still on days on which nothing was.

with

signal_scores_daily as (

    select
        account_id,
        snapshot_date,
        signal,
        case when status = 'measured' then value end as value

    from {{ ref('signal_scores_daily') }}

    where
        signal in (
            select alert_rules.signal from {{ ref('alert_rules') }} as alert_rules

            where alert_rules.kind = 'signal'
        )

),

rules as (

    select * from {{ ref('alert_rules') }}

    where kind = 'signal'

),

signal_readings as (

    select
        signal_scores_daily.account_id,
        signal_scores_daily.snapshot_date,
        rules.rule,
        signal_scores_daily.value,
        cast(
            signal_scores_daily.snapshot_date - cast('1900-01-01' as date) as int
        ) - cast(
            sum(case when signal_scores_daily.value is null then 1 else 0 end) over (
                partition by signal_scores_daily.account_id, rules.rule
                order by signal_scores_daily.snapshot_date
                rows between unbounded preceding and current row
            ) as int
        ) as measured_day_number

    from signal_scores_daily

    inner join rules
        on signal_scores_daily.signal = rules.signal

)

select * from signal_readings
