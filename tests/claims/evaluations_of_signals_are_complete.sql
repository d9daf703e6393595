-- Every evaluation that this run adds has all signals and all months, and its numbers
-- agree with each other, in words: which row, and what is wrong.

with

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

predictiveness as (

    select signal_predictiveness.*

    from {{ ref('signal_predictiveness') }} as signal_predictiveness

    inner join evaluation_day
        on signal_predictiveness.evaluated_on = evaluation_day.evaluated_on

),

courses as (

    select signal_courses.*

    from {{ ref('signal_courses') }} as signal_courses

    inner join evaluation_day
        on signal_courses.evaluated_on = evaluation_day.evaluated_on

),

drift as (

    select score_drift.*

    from {{ ref('score_drift') }} as score_drift

    inner join evaluation_day
        on score_drift.evaluated_on = evaluation_day.evaluated_on

),

months as (

    select distinct observation_date as month_end from {{ ref('int_observations') }}

)

select
    signals.signal as place,
    'signal_predictiveness lacks one of its three outcomes' as problem

from {{ ref('signals') }} as signals

cross join evaluation_day

left join predictiveness
    on signals.signal = predictiveness.signal

group by signals.signal

having count(predictiveness.outcome) <> 3

union all

select
    outcome as place,
    'the weights of all signals do not add up to 1 or to 0' as problem

from predictiveness

group by outcome

having abs(sum(weight) - 1) > 1e-6 and sum(weight) > 0

union all

select
    concat(signal, ' ', outcome) as place,
    'the AUC lies outside its interval, or has a verdict for too few' as problem

from predictiveness

where
    auc < auc_low
    or auc > auc_high
    or (auc is null) <> (auc_low is null)
    or (auc is null and verdict in ('predicts', 'points the wrong way'))
    or (verdict = 'predicts' and not is_as_expected)
    or (verdict = 'points the wrong way' and is_as_expected)
    or (rank_in_outcome is not null and may_know_outcome)

union all

select
    concat(signal, ' ', outcome_group) as place,
    'more accounts in a month before the outcome than in the one after it' as problem

from (
    select
        *,
        lag(accounts) over (
            partition by signal, outcome_group order by months_before
        ) as accounts_later

    from courses
) as courses_with_next

where
    outcome_group = 'stayed'
    and accounts > accounts_later

union all

select
    concat('score_drift of ', cast(months.month_end as string)) as place,
    'a month has no row of the health score' as problem

from months

left join drift
    on
        months.month_end = drift.month_end
        and drift.subject = 'health_score'

where drift.subject is null

union all

select
    concat(subject, ' ', cast(month_end as string)) as place,
    'the colours of the bands do not add up to all accounts' as problem

from drift

where
    share_green + share_yellow + share_orange + share_red + share_unscored
    not between 0.99999 and 1.00001
