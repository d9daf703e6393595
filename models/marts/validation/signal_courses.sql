-- One row per evaluation, signal, group (left, stayed, grew) and month before the
-- outcome: what was usual in the group then. Of those who stayed, who have no such
-- month, every month that has so many after it counts alike.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

courses as (

    select * from {{ ref('int_signal_course_months') }}

),

account_courses as (

    select * from {{ ref('int_account_courses') }}

),

months as (

    select distinct account_courses.months_before

    from account_courses

    inner join {{ ref('thresholds') }} as thresholds
        on
            thresholds.threshold = 'course_months'
            and account_courses.months_before <= thresholds.value

),

-- an account that stayed may have come late, but has all months since
stayed_accounts as (

    select
        months.months_before,
        count(*) as accounts

    from (
        select
            account_id,
            max(months_before) as months_before

        from account_courses

        where outcome_group = 'stayed'

        group by account_id
    ) as first_months

    inner join months
        on first_months.months_before >= months.months_before

    group by months.months_before

),

stayed as (

    select
        courses.evaluated_on,
        courses.signal,
        courses.label,
        courses.outcome_group,
        months.months_before,
        {{ exact_mean('courses.share_measured') }} as share_measured,
        {{ exact_mean('courses.mean_value') }} as mean_value,
        {{ exact_mean('courses.median_value') }} as median_value,
        sqrt(avg(courses.variance)) as deviation

    from courses

    inner join months
        on courses.months_before >= months.months_before

    where courses.outcome_group = 'stayed'

    group by
        courses.evaluated_on,
        courses.signal,
        courses.label,
        courses.outcome_group,
        months.months_before

),

all_courses as (

    select
        stayed.evaluated_on,
        stayed.signal,
        stayed.outcome_group,
        stayed.months_before,
        stayed.label,
        stayed_accounts.accounts,
        stayed.share_measured,
        stayed.mean_value,
        stayed.median_value,
        cast(null as double) as distance_from_stayed

    from stayed

    inner join stayed_accounts
        on stayed.months_before = stayed_accounts.months_before

    union all

    select
        courses.evaluated_on,
        courses.signal,
        courses.outcome_group,
        courses.months_before,
        courses.label,
        courses.accounts,
        courses.share_measured,
        courses.mean_value,
        courses.median_value,
        (courses.mean_value - stayed.mean_value) / nullif(stayed.deviation, 0)
            as distance_from_stayed

    from courses

    inner join months
        on courses.months_before = months.months_before

    left join stayed
        on
            courses.signal = stayed.signal
            and courses.months_before = stayed.months_before

    where courses.outcome_group <> 'stayed'

)

select
    evaluated_on,
    signal,
    outcome_group,
    months_before,
    label,
    cast(accounts as bigint) as accounts,
    {{ rounded('share_measured', 6) }} as share_measured,
    {{ rounded('mean_value', 6) }} as mean_value,
    {{ rounded('median_value', 6) }} as median_value,
    {{ rounded('distance_from_stayed', 4) }} + 0.0 as distance_from_stayed

from all_courses
