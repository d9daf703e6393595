-- One row per observed month-end: its accounts, and whether it is one of the reference
-- months, which all later ones are compared with.

with

observations as (

    select * from {{ ref('int_observations') }}

),

months as (

    select
        observation_date,
        count(*) as accounts,
        row_number() over (order by observation_date) as month_number

    from observations

    group by observation_date

)

select
    months.observation_date,
    months.accounts,
    months.month_number <= thresholds.value as is_reference

from months

inner join {{ ref('thresholds') }} as thresholds
    on thresholds.threshold = 'drift_reference_months'
