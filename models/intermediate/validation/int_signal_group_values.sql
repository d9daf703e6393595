-- One row per signal that was measured in a fully observed headline window: what is
-- usual among those who left, stayed and grew, and how far apart they are.

{%- set groups = ['left', 'stayed', 'grew'] %}

with

signal_observations as (

    select * from {{ ref('int_signal_observations') }}

    where outcome_group is not null

),

group_values as (

    select
        signal,
        {%- for group in groups %}
        {%- set value = "case when outcome_group = '" ~ group ~ "' then value end" %}
        count({{ value }}) as {{ group }}_observations,
        {{ exact_mean(value) }} as mean_{{ group }},
        {{ exact_quantile(value, 0.5) }} as median_{{ group }},
        var_samp({{ value }}) as {{ group }}_variance,
        {%- endfor %}
        count(*) as observations

    from signal_observations

    group by signal

),

-- Cohen's d divides by the deviation within both groups; none where nothing varies
distances as (

    select
        {%- for group in ['left', 'grew'] %}
        (mean_{{ group }} - mean_stayed) / nullif(
            sqrt(
                (
                    ({{ group }}_observations - 1) * {{ group }}_variance
                    + (stayed_observations - 1) * stayed_variance
                ) / ({{ group }}_observations + stayed_observations - 2.0)
            ), 0
        ) as {{ group }}_distance,
        {%- endfor %}
        *

    from group_values

)

select
    signal,
    cast(observations as bigint) as observations,
    {%- for group in groups %}
    cast({{ group }}_observations as bigint) as {{ group }}_observations,
    {%- endfor %}
    {%- for group in groups %}
    {{ rounded('mean_' ~ group, 6) }} as mean_{{ group }},
    {%- endfor %}
    {%- for group in groups %}
    {{ rounded('median_' ~ group, 6) }} as median_{{ group }},
    {%- endfor %}
    {{ rounded('left_distance', 4) }} + 0.0 as left_distance,
    {{ rounded('grew_distance', 4) }} + 0.0 as grew_distance

from distances
