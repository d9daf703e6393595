-- Product: how does use change in the year before a customer leaves, and how long
-- before does it show? The mean of every signal of use 12, 6, 3 and 0 months before the
-- month in which it left, beside that of customers who stayed. It shows from so many
-- months before on, if from then to the end it lies a fifth of a standard deviation or
-- more to the side on which it ends.

with

newest as (

    select max(evaluated_on) as evaluated_on from signal_predictiveness

),

newest_courses as (

    select signal_courses.*

    from signal_courses

    inner join newest
        on signal_courses.evaluated_on = newest.evaluated_on

),

adoption_signals as (

    select signal_predictiveness.*

    from signal_predictiveness

    inner join newest
        on signal_predictiveness.evaluated_on = newest.evaluated_on

    where
        signal_predictiveness.dimension = 'adoption'
        and signal_predictiveness.outcome = 'lost'

),

left_months as (

    select
        *,
        first_value(distance_from_stayed) over (
            partition by signal order by months_before
        ) as last_distance

    from newest_courses

    where outcome_group = 'left'

),

-- false from the first month on, counted back, in which it did not lie on that side
left_courses as (

    select
        *,
        min(
            case
                when distance_from_stayed * sign(last_distance) >= 0.2 then 1
                else 0
            end
        ) over (partition by signal order by months_before) = 1 as shows

    from left_months

),

stayed as (

    select
        signal,
        max(case when months_before = 0 then mean_value end) as mean_stayed

    from newest_courses

    where outcome_group = 'stayed'

    group by signal

),

courses as (

    select
        signal,
        max(case when months_before = 12 then mean_value end) as mean_12_months_before,
        max(case when months_before = 6 then mean_value end) as mean_6_months_before,
        max(case when months_before = 3 then mean_value end) as mean_3_months_before,
        max(case when months_before = 0 then mean_value end) as mean_0_months_before,
        max(case when months_before = 0 then accounts end) as accounts_left,
        max(case when months_before = 0 then distance_from_stayed end) as distance,
        max(case when shows then months_before end) as shows_from_months_before

    from left_courses

    group by signal

)

select
    adoption_signals.label,
    adoption_signals.verdict,
    courses.shows_from_months_before,
    round(courses.distance, 2) as distance_at_the_end,
    courses.accounts_left,
    round(courses.mean_12_months_before, 3) as mean_12_months_before,
    round(courses.mean_6_months_before, 3) as mean_6_months_before,
    round(courses.mean_3_months_before, 3) as mean_3_months_before,
    round(courses.mean_0_months_before, 3) as mean_in_the_last_month,
    round(stayed.mean_stayed, 3) as mean_of_those_who_stayed

from adoption_signals

left join courses
    on adoption_signals.signal = courses.signal

left join stayed
    on adoption_signals.signal = stayed.signal

order by
    courses.shows_from_months_before desc nulls last,
    abs(courses.distance) desc nulls last,
    adoption_signals.signal asc
