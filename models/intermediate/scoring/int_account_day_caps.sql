-- One row per account per day to score on which a cap holds: the lowest one. Of a value
-- that is unknown there is no cap.

with

score_caps as (

    select
        cap,
        signal,
        account_id,
        comparison,
        threshold,
        cap_at,
        effective_from,
        coalesce(effective_to, cast('9999-01-01' as date)) as effective_to

    from {{ ref('score_caps') }}

),

signal_scores as (

    select * from {{ ref('int_signal_scores') }}

    where status = 'measured'

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

caps_by_signal as (

    select
        signal_scores.account_id,
        signal_scores.snapshot_date,
        score_caps.cap,
        score_caps.cap_at

    from signal_scores

    inner join score_caps
        on
            signal_scores.signal = score_caps.signal
            and signal_scores.snapshot_date >= score_caps.effective_from
            and signal_scores.snapshot_date < score_caps.effective_to

    where
        case score_caps.comparison
            when '>' then signal_scores.value > score_caps.threshold
            when '>=' then signal_scores.value >= score_caps.threshold
            when '<' then signal_scores.value < score_caps.threshold
            when '<=' then signal_scores.value <= score_caps.threshold
        end

),

-- that of an account holds for the one that it was merged into
caps_by_account as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        score_caps.cap,
        score_caps.cap_at

    from account_day_ids

    inner join score_caps
        on
            account_day_ids.source_account_id = score_caps.account_id
            and account_day_ids.snapshot_date >= score_caps.effective_from
            and account_day_ids.snapshot_date < score_caps.effective_to

),

ranked_caps as (

    select
        *,
        row_number() over (
            partition by account_id, snapshot_date order by cap_at, cap
        ) as cap_rank

    from (
        select * from caps_by_signal

        union all

        select * from caps_by_account
    ) as caps

)

select
    account_id,
    snapshot_date,
    cap,
    cap_at

from ranked_caps

where cap_rank = 1
