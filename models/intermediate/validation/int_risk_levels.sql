-- One row per cell of the back-test, comparison, stratum and level of risk: how many
-- with and without the outcome have it, and stand below it in the stratum. The strata
-- of the comparison within_date are the month-ends, pooled has the one stratum 0.

with

levels as (

    {{ levels_of_both(ref('int_risk_counts'), ['cell'], 'date_number') }}

)

select * from levels
