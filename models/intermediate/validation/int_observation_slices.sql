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

{%- endfor %},

observation_slices as (

    select
        {%- for slice in slice_names %}
        {{ slice }}_slices.slice_number as {{ slice }}_slice,
        {%- endfor %}
        observations.account_id,
        observations.observation_date,
        observations.account_number,
        observations.observation_number

    from observations

    left join all_slices
        on observations.all_value = all_slices.slice_value

    left join later_half_slices
        on observations.later_half_value = later_half_slices.slice_value

    left join segment_slices
        on observations.segment_value = segment_slices.slice_value

    left join lifecycle_stage_slices
        on observations.lifecycle_stage_value = lifecycle_stage_slices.slice_value

    left join scorecard_slices
        on observations.scorecard_value = scorecard_slices.slice_value

    left join observation_date_slices
        on observations.observation_date_value = observation_date_slices.slice_value

)

select * from observation_slices
