-- One row per signal with weight per observed month-end whose headline window is fully
-- observed: how well the signal told on that day who would be lost.

with

signal_observations as (

    select * from {{ ref('int_signal_observations') }}

    where lost is not null

),

value_ranks as (

    select * from {{ ref('int_signal_value_ranks') }}

),

weighted_signals as (

    select signal from {{ ref('int_evaluated_signals') }}

    where has_weight

),

aucs as (

    select
        value_ranks.signal,
        value_ranks.observation_date,
        sum(value_ranks.lost_with * value_ranks.within_date_lost_without_in_all)
            as pairs,
        sum(value_ranks.lost_with * value_ranks.within_date_lost_without_above)
        / nullif(
            sum(value_ranks.lost_with * value_ranks.within_date_lost_without_in_all), 0
        ) as auc

    from value_ranks

    inner join weighted_signals
        on value_ranks.signal = weighted_signals.signal

    group by value_ranks.signal, value_ranks.observation_date

),

-- of each account, the others that it can be compared with, and those among them that
-- stand where they are expected
account_shares as (

    select
        signal_observations.signal,
        signal_observations.observation_date,
        signal_observations.account_id,
        signal_observations.lost,
        case
            when signal_observations.lost = 1
                then value_ranks.within_date_lost_without_in_all
            else value_ranks.within_date_lost_with_in_all
        end as others,
        case
            when signal_observations.lost = 1
                then value_ranks.within_date_lost_without_above
            else value_ranks.within_date_lost_with_below
        end as right_others

    from signal_observations

    inner join value_ranks
        on
            signal_observations.signal = value_ranks.signal
            and signal_observations.observation_date = value_ranks.observation_date
            and signal_observations.health_value = value_ranks.health_value

),

influences as (

    select
        account_shares.signal,
        account_shares.observation_date,
        account_shares.account_id,
        1 as observations,
        account_shares.lost as outcomes,
        aucs.auc,
        (account_shares.right_others - aucs.auc * account_shares.others)
        / nullif(aucs.pairs, 0) as influence

    from account_shares

    inner join aucs
        on
            account_shares.signal = aucs.signal
            and account_shares.observation_date = aucs.observation_date

),

summaries as (

    {{ auc_summaries('influences', ['signal', 'observation_date']) }}

)

select * from summaries
