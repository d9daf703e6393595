-- One row per subject that was known in the reference months: the values that divide
-- them into tenths. Where many have the same value, several edges are the same.

with

drift_values as (

    select * from {{ ref('int_drift_values') }}

),

months as (

    select * from {{ ref('int_drift_months') }}

),

reference_values as (

    select
        drift_values.subject,
        drift_values.value,
        count(*) as accounts

    from drift_values

    inner join months
        on drift_values.observation_date = months.observation_date

    where months.is_reference

    group by drift_values.subject, drift_values.value

),

ranks as (

    select
        subject,
        value,
        sum(accounts) over (partition by subject order by value) as accounts_up_to_here,
        sum(accounts) over (partition by subject) as accounts

    from reference_values

)

-- the smallest value that so many tenths do not exceed
select
    subject,
    {%- for edge in range(1, 9) %}
    min(case when 10 * accounts_up_to_here >= {{ edge }} * accounts then value end)
        as edge_{{ edge }},
    {%- endfor %}
    min(case when 10 * accounts_up_to_here >= 9 * accounts then value end) as edge_9

from ranks

group by subject
