-- One row per account per due day per rule of the kind signal: what was measured, and
-- the number of the day, which stands still on days on which nothing was.

with

due_days as (

    select
        account_id,
        snapshot_date,
        day_number

    from {{ ref('int_health_history') }}

    where is_due

),

rules as (

    select * from {{ ref('alert_rules') }}

    where kind = 'signal'

),

signal_scores as (

    select
        account_id,
        snapshot_date,
        signal,
        case when status = 'measured' then value end as value

    from {{ ref('signal_scores_daily') }}

    where
        snapshot_date in (select due_days.snapshot_date from due_days)
        and signal in (select rules.signal from rules)

),

signal_readings as (

    select
        due_days.account_id,
        due_days.snapshot_date,
        rules.rule,
        signal_scores.value,

        -- days on which it was not stored bring an alert to its end
        due_days.day_number - cast(
            sum(
                case
                    when
                        signal_scores.signal is not null
                        and signal_scores.value is null
                        then 1
                    else 0
                end
            ) over (
                partition by due_days.account_id, rules.rule
                order by due_days.snapshot_date
                rows between unbounded preceding and current row
            ) as int
        ) as measured_day_number

    from due_days

    cross join rules

    left join signal_scores
        on
            due_days.account_id = signal_scores.account_id
            and due_days.snapshot_date = signal_scores.snapshot_date
            and rules.signal = signal_scores.signal

)

select * from signal_readings
