-- One row per slice of the observations that the back-test judges, with a number.

with

observations as (

    select * from {{ ref('int_observations') }}

),

slices as (

    select
        'all' as slice,
        'all' as slice_value
    from observations

    union

    select
        'later_half',
        'all'
    from observations
    where is_later_half

    {%- for slice in ['segment', 'lifecycle_stage', 'scorecard', 'observation_date'] %}

    union

    select
        '{{ slice }}',
        coalesce(cast({{ slice }} as string), 'unknown')
    from observations
    {%- endfor %}

)

select
    slice,
    slice_value,
    cast(row_number() over (order by slice, slice_value) as int) as slice_number

from slices
