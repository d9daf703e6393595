-- One row per month-end, outcome, window, health score, segment, lifecycle stage,
-- scorecard and band: observations and outcomes, and what the windows that had ended by
-- then, with their grace days, made expect: the share with the outcome, of the band and
-- of all.

{%- set keys = ['outcome', 'horizon_days', 'lead_days', 'predictor'] %}

with

counts as (

    select
        {{ keys | join(', ') }},
        observation_date,
        is_later_half,
        segment,
        lifecycle_stage,
        scorecard,
        health_band,
        count(*) as observations,
        sum(is_outcome) as outcomes

    from {{ ref('int_band_predictions') }}

    group by
        {{ keys | join(', ') }},
        observation_date,
        is_later_half,
        segment,
        lifecycle_stage,
        scorecard,
        health_band

),

-- the band unknown is no call
band_dates as (

    select
        {{ keys | join(', ') }},
        observation_date,
        health_band,
        sum(observations) as observations,
        sum(outcomes) as outcomes

    from counts

    where health_band <> 'unknown'

    group by
        {{ keys | join(', ') }},
        observation_date,
        health_band

),

earlier_windows as (

    select
        {%- for key in keys %}
        band_dates.{{ key }},
        {%- endfor %}
        band_dates.observation_date,
        band_dates.health_band,
        sum(earlier.observations) as observations,
        sum(earlier.outcomes) as outcomes

    from band_dates

    inner join band_dates as earlier
        on
            band_dates.health_band = earlier.health_band
            {%- for key in keys %}
            and band_dates.{{ key }} = earlier.{{ key }}
            {%- endfor %}
            and earlier.observation_date
            + earlier.lead_days
            + earlier.horizon_days
            + {{ var('churn_grace_days') }}
            <= band_dates.observation_date

    group by
        {%- for key in keys %}
        band_dates.{{ key }},
        {%- endfor %}
        band_dates.observation_date,
        band_dates.health_band

),

-- few windows make nothing expect
expectations as (

    select
        {{ keys | join(', ') }},
        observation_date,
        health_band,
        case
            when observations >= {{ var('minimum_outcomes') }}
                then {{ rounded('outcomes / cast(observations as double)', 6) }}
        end as expected_share,
        {{ rounded(
            'sum(outcomes) over of_all_bands / cast(sum(observations) over of_all_bands '
            ~ 'as double)', 6
        ) }} as expected_share_of_all

    from earlier_windows

    window of_all_bands as (partition by {{ keys | join(', ') }}, observation_date)

)

select
    counts.*,
    expectations.expected_share,
    case
        when expectations.expected_share is not null
            then expectations.expected_share_of_all
    end as expected_share_of_all

from counts

left join expectations
    on
        counts.observation_date = expectations.observation_date
        and counts.health_band = expectations.health_band
        {%- for key in keys %}
        and counts.{{ key }} = expectations.{{ key }}
        {%- endfor %}
