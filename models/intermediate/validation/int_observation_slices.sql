-- One row per account and month-end: the numbers of the slices of the back-test that it
-- lies in; null for the later half where it lies in the earlier one.

{%- set slice_names = [
    'all', 'later_half', 'segment', 'lifecycle_stage', 'scorecard', 'observation_date',
] %}

with

observations as (

    select
        account_id,
        observation_date,
        account_number,
        observation_number,
        'all' as all_value,
        case when is_later_half then 'all' end as later_half_value,
        coalesce(segment, 'unknown') as segment_value,
        coalesce(lifecycle_stage, 'unknown') as lifecycle_stage_value,
        scorecard as scorecard_value,
        cast(observation_date as string) as observation_date_value

    from {{ ref('int_observations') }}

),

slices as (

    select * from {{ ref('int_backtest_slices') }}

)

{%- for slice in slice_names %},

{{ slice }}_slices as (

    select
        slice_value,
        slice_number

    from slices

    where slice = '{{ slice }}'

)

{%- endfor %}

select
    {%- for slice in slice_names %}
    {{ slice }}_slices.slice_number as {{ slice }}_slice,
    {%- endfor %}
    observations.account_id,
    observations.observation_date,
    observations.account_number,
    observations.observation_number

from observations

{%- for slice in slice_names %}

left join {{ slice }}_slices
    on observations.{{ slice }}_value = {{ slice }}_slices.slice_value
{%- endfor %}
