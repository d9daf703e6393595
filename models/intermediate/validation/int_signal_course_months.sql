-- One row per signal, group (left, stayed, grew) and month of their courses: what was
-- usual then, with a row also where nothing was measured.

with

account_courses as (

    select * from {{ ref('int_account_courses') }}

),

signal_observations as (

    select * from {{ ref('int_signal_observations') }}

),

signals as (

    select * from {{ ref('int_evaluated_signals') }}

),

group_months as (

    select
        outcome_group,
        months_before,
        count(*) as accounts

    from account_courses

    group by outcome_group, months_before

),

signal_months as (

    select
        signal_observations.signal,
        account_courses.outcome_group,
        account_courses.months_before,
        count(*) as measured,
        {{ exact_mean('signal_observations.value') }} as mean_value,
        {{ exact_quantile('signal_observations.value', 0.5) }} as median_value,
        var_samp(signal_observations.value) as variance

    from signal_observations

    inner join account_courses
        on
            signal_observations.account_id = account_courses.account_id
            and signal_observations.observation_date = account_courses.observation_date

    group by
        signal_observations.signal,
        account_courses.outcome_group,
        account_courses.months_before

),

-- with a row also where nothing was measured
courses as (

    select
        signals.evaluated_on,
        signals.signal,
        signals.label,
        group_months.outcome_group,
        group_months.months_before,
        group_months.accounts,
        coalesce(signal_months.measured, 0) / cast(group_months.accounts as double)
            as share_measured,
        signal_months.mean_value,
        signal_months.median_value,
        signal_months.variance

    from signals

    cross join group_months

    left join signal_months
        on
            signals.signal = signal_months.signal
            and group_months.outcome_group = signal_months.outcome_group
            and group_months.months_before = signal_months.months_before

)

select * from courses
