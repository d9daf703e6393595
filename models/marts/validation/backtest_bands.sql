-- One row per evaluation, outcome, window, health score, slice and band: how many of
-- the band had the outcome, how many of those with the outcome stood in it, and what
-- the earlier windows of the band made expect.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

{%- set keys = [
    'outcome', 'horizon_days', 'lead_days', 'predictor', 'slice', 'slice_value',
] %}

with

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

-- 1 is the best; the band unknown has none
band_ranks as (

    select
        health_bands.band,
        row_number() over (order by health_bands.min_score desc) as band_rank

    from {{ ref('int_health_bands') }} as health_bands

    inner join evaluation_day
        on
            evaluation_day.evaluated_on >= health_bands.effective_from
            and evaluation_day.evaluated_on < health_bands.effective_to

),

sums as (

    select
        {%- for key in keys %}
        counts.{{ key }},
        {%- endfor %}
        counts.health_band,
        max(band_ranks.band_rank) as band_rank,
        cast(sum(counts.observations) as double) as observations,
        cast(sum(counts.outcomes) as double) as outcomes,

        -- of those of whom anything was expected
        {{ exact_sum(
            'case when counts.expected_share is not null then counts.observations end', 2
        ) }} as expected_of,
        {{ exact_sum('counts.observations * counts.expected_share', 8) }}
            as expected_outcomes,
        {{ exact_sum(
            'counts.outcomes * (1 - counts.expected_share) * (1 - counts.expected_share)'
            ~ ' + (counts.observations - counts.outcomes)'
            ~ ' * counts.expected_share * counts.expected_share', 8
        ) }} as squared_errors

    from {{ ref('int_sliced_band_counts') }} as counts

    left join band_ranks
        on counts.health_band = band_ranks.band

    group by
        {%- for key in keys %}
        counts.{{ key }},
        {%- endfor %}
        counts.health_band

),

running_sums as (

    select
        *,
        sum(outcomes) over whole_slice as all_outcomes,
        case when band_rank is not null then sum(outcomes) over this_or_worse end
            as outcomes_this_or_worse,
        case when band_rank is not null then sum(observations) over this_or_worse end
            as observations_this_or_worse

    from sums

    window
        whole_slice as (partition by {{ keys | join(', ') }}),
        this_or_worse as (
            partition by {{ keys | join(', ') }}
            order by band_rank desc nulls last
            rows between unbounded preceding and current row
        )

)

select
    evaluation_day.evaluated_on,
    {%- for key in keys %}
    running_sums.{{ key }},
    {%- endfor %}
    running_sums.health_band,

    -- what it rests on; a month-end has each account once
    coalesce(band_accounts.accounts, cast(running_sums.observations as int))
        as accounts,
    cast(running_sums.observations as int) as observations,
    cast(running_sums.outcomes as int) as outcomes,

    -- of the band, and of the band or a worse one
    {%- for suffix in ['', '_this_or_worse'] %}
    {%- set prefix = 'running_sums.' %}
    case
        when running_sums.observations{{ suffix }} >= {{ var('minimum_outcomes') }}
            then {{ rounded(
                prefix ~ 'outcomes' ~ suffix ~ ' / running_sums.observations' ~ suffix, 6
            ) }}
    end as precision{{ suffix }},
    case
        when running_sums.all_outcomes >= {{ var('minimum_outcomes') }}
            then {{ rounded(
                prefix ~ 'outcomes' ~ suffix ~ ' / running_sums.all_outcomes', 6
            ) }}
    end as recall{{ suffix }},
    {%- endfor %}

    -- what was expected beforehand
    {{ rounded('running_sums.expected_outcomes / running_sums.expected_of', 6) }}
        as expected_probability,
    {{ rounded('running_sums.squared_errors / running_sums.expected_of', 6) }} as brier,
    '{{ invocation_id }}' as run_id

from running_sums

cross join evaluation_day

left join {{ ref('int_band_accounts') }} as band_accounts
    on
        running_sums.health_band = band_accounts.health_band
        {%- for key in keys if key != 'outcome' %}
        and running_sums.{{ key }} = band_accounts.{{ key }}
        {%- endfor %}
