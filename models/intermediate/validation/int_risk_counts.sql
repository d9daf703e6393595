-- One row per cell of the back-test, month-end and level of risk: how many have it,
-- with and without the outcome.

with

sliced_predictions as (

    select * from {{ ref('int_sliced_predictions') }}

),

counts as (

    {{ risk_counts('sliced_predictions', ['cell', 'date_number']) }}

)

select * from counts
