-- One row per account per day to score per signal of its scorecard version: whether it
-- was measured, and the score of what was measured, before anything is imputed or
-- weighted.

{{ config(materialized='view') }}

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

signal_values as (

    select
        account_id,
        snapshot_date,
        signal,

        -- 0/0 and 1/0 are no measurements: NaN sorts highest, and would score 100.
        -- Sums of doubles differ in their last digits from run to run: rounded first to
        -- nine decimals, a value that ends in 5 is then always rounded the same way.
        case
            when value between -1e300 and 1e300
                then {{ rounded(rounded('value', 9), 6) }}
        end as value

    from {{ ref('int_signal_values') }}

),

scorecard_signals as (

    select * from {{ ref('int_scorecard_signals') }}

),

source_states as (

    select * from {{ ref('int_source_states') }}

),

signal_rows as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        scorecard_signals.scorecard,
        scorecard_signals.scorecard_version,
        scorecard_signals.signal,
        scorecard_signals.dimension,
        scorecard_signals.signal_weight,
        scorecard_signals.dimension_weight,
        scorecard_signals.missing_policy,
        case
            when source_states.source_state is null then 'not applicable'
            when source_states.source_state = 'stale' then 'stale source'
            when signal_values.value is null then 'missing'
            else 'measured'
        end as status,
        signal_values.value,
        scorecard_signals.shape,
        scorecard_signals.zero_at,
        scorecard_signals.fifty_at,
        scorecard_signals.hundred_at,
        scorecard_signals.hundred_until,
        scorecard_signals.zero_again_at,
        signal_values.value * scorecard_signals.direction as x

    from account_days

    inner join scorecard_signals
        on
            account_days.scorecard = scorecard_signals.scorecard
            and account_days.scorecard_version = scorecard_signals.scorecard_version

    inner join signal_values
        on
            account_days.account_id = signal_values.account_id
            and account_days.snapshot_date = signal_values.snapshot_date
            and scorecard_signals.signal = signal_values.signal

    left join source_states
        on
            scorecard_signals.governing_source = source_states.source_table
            and account_days.snapshot_date = source_states.snapshot_date

),

measurements as (

    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version,
        signal,
        dimension,
        signal_weight,
        dimension_weight,
        missing_policy,
        status,
        case when status = 'measured' then value end as value,
        case
            when status <> 'measured' then null
            when shape = 'step'
                then case
                    when x < fifty_at or x >= zero_again_at then 0
                    when x < hundred_at or x > hundred_until then 50
                    else 100
                end
            when x <= zero_at or x >= zero_again_at then 0
            when x < fifty_at then 50 * (x - zero_at) / (fifty_at - zero_at)
            when x < hundred_at
                then 50 + 50 * (x - fifty_at) / (hundred_at - fifty_at)
            when x > hundred_until
                then 100 * (zero_again_at - x) / (zero_again_at - hundred_until)
            else 100
        end as measured_score

    from signal_rows

)

select * from measurements
