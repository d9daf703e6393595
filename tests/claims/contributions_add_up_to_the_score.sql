-- 50 plus the contributions, of the signals and of the dimensions, is the uncapped
-- score (which is rounded to four decimals).

with

dimension_sums as (

    select
        account_id,
        snapshot_date,
        50 + sum(contribution) as score_from_dimensions

    from {{ ref('int_dimension_scores') }}

    group by account_id, snapshot_date

),

signal_sums as (

    select
        account_id,
        snapshot_date,
        50 + sum(contribution) as score_from_signals,
        sum(weight) as weight

    from {{ ref('int_signal_contributions') }}

    group by account_id, snapshot_date

)

select
    account_health.account_id,
    account_health.snapshot_date,
    account_health.uncapped_health_score,
    dimension_sums.score_from_dimensions,
    signal_sums.score_from_signals,
    signal_sums.weight

from {{ ref('int_account_health') }} as account_health

left join dimension_sums
    on
        account_health.account_id = dimension_sums.account_id
        and account_health.snapshot_date = dimension_sums.snapshot_date

left join signal_sums
    on
        account_health.account_id = signal_sums.account_id
        and account_health.snapshot_date = signal_sums.snapshot_date

where
    account_health.uncapped_health_score is not null
    and (
        dimension_sums.score_from_dimensions is null
        or signal_sums.score_from_signals is null
        or abs(
            account_health.uncapped_health_score - dimension_sums.score_from_dimensions
        ) > 0.0001
        or abs(
            account_health.uncapped_health_score - signal_sums.score_from_signals
        ) > 0.0001
        or abs(signal_sums.weight - 1) > 0.000001
    )
