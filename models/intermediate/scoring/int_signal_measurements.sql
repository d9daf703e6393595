-- One row per account per day to score per signal that is stored on that day: whether
-- it was measured, and the score of what was measured, before anything is imputed or
-- weighted.

{{ config(materialized='view') }}

with

signal_values as (

    select
        account_id,
        snapshot_date,
        scorecard,
        scorecard_version,
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

scorecard_signal_days as (

    select * from {{ ref('int_scorecard_signal_days') }}

),

signal_rows as (

    select
        signal_values.account_id,
        scorecard_signal_days.*,
        case
            when scorecard_signal_days.source_state is null then 'not applicable'
            when scorecard_signal_days.source_state = 'stale' then 'stale source'
            when signal_values.value is null then 'missing'
            else 'measured'
        end as status,
        signal_values.value,
        signal_values.value * scorecard_signal_days.direction as x

    from signal_values

    inner join scorecard_signal_days
        on
            signal_values.scorecard = scorecard_signal_days.scorecard
            and signal_values.scorecard_version
            = scorecard_signal_days.scorecard_version
            and signal_values.snapshot_date = scorecard_signal_days.snapshot_date
            and signal_values.signal = scorecard_signal_days.signal

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
        {{ measured_score() }} as measured_score

    from signal_rows

)

select * from measurements
