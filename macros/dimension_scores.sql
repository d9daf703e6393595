{#
    A query with one row per key and dimension: score, weights and coverage; from rows of signals
    with the key, dimension, dimension_weight, signal_weight, status and score.
#}
{% macro dimension_scores(signal_scores, key=['account_id', 'snapshot_date']) -%}
with

-- in the units of the scorecard
sums as (

    select
        {{ key | join(', ') }},
        dimension,
        dimension_weight,
        {{ exact_sum('signal_weight') }} as configured,
        {{ exact_sum(
            "case when status <> 'not applicable' then signal_weight else 0 end"
        ) }} as applicable,
        {{ exact_sum("case when status = 'measured' then signal_weight else 0 end") }}
            as measured,
        {{ exact_sum('case when score is not null then signal_weight else 0 end') }}
            as scored,
        {{ exact_sum('signal_weight * score') }} as weighted_score

    from {{ signal_scores }}

    where signal_weight > 0

    group by all

),

counted as (

    select
        *,
        case when applicable > 0 then dimension_weight else 0 end
            as applicable_dimension_weight,
        case when scored > 0 then dimension_weight else 0 end
            as scored_dimension_weight

    from sums

),

account_sums as (

    select
        {{ key | join(', ') }},
        nullif({{ exact_sum('dimension_weight') }}, 0) as configured,
        nullif({{ exact_sum('applicable_dimension_weight') }}, 0) as applicable,
        nullif({{ exact_sum('scored_dimension_weight') }}, 0) as scored

    from counted

    group by all

),

-- of 1; null where nothing counts
shares as (

    select
        counted.*,
        counted.dimension_weight / account_sums.configured as configured_share,
        counted.applicable_dimension_weight / account_sums.applicable
            as applicable_share,
        counted.scored_dimension_weight / account_sums.scored as scored_share

    from counted

    inner join account_sums
        on
            {%- for column in key %}
            {{ 'and' if not loop.first }} counted.{{ column }} = account_sums.{{ column }}
            {%- endfor %}

)

select
    {{ key | join(', ') }},
    dimension,
    {{ rounded('weighted_score / nullif(scored, 0)', 8) }} as score,
    {{ rounded('measured / nullif(applicable, 0)', 6) }} as coverage,
    scored as scored_signal_weight,

    -- what was scored carries all the weight
    coalesce({{ rounded('scored_share', 9) }}, 0) as weight,

    -- without what the company does not have: the base of coverage
    coalesce({{ rounded('applicable_share', 9) }}, 0) as applicable_weight,
    coalesce(
        {{ rounded('applicable_share * measured / nullif(applicable, 0)', 9) }}, 0
    ) as measured_weight,

    -- what the scorecard says
    coalesce({{ rounded('configured_share', 9) }}, 0) as configured_weight,
    coalesce({{ rounded('configured_share * applicable / configured', 9) }}, 0)
        as configured_weight_that_applies

from shares
{%- endmacro %}


{#
    A query with one row per key: the score, those of the two axes, and coverage; from rows of
    dimension_scores with the axis of the dimension.
#}
{% macro health_scores(dimension_scores, key=['account_id', 'snapshot_date']) -%}
with

sums as (

    select
        {{ key | join(', ') }},
        {{ exact_sum('weight * score') }} as weighted_score,
        {{ exact_sum('weight') }} as weight,
        {%- for axis in ['relationship', 'impact'] %}
        {{ exact_sum("case when axis = '" ~ axis ~ "' then weight * score end") }}
            as {{ axis }}_weighted_score,
        {{ exact_sum("case when axis = '" ~ axis ~ "' then weight end") }}
            as {{ axis }}_weight,
        {%- endfor %}
        {{ exact_sum('measured_weight') }} as measured_weight,
        {{ exact_sum('applicable_weight') }} as applicable_weight,
        {{ exact_sum('configured_weight_that_applies') }}
            as configured_weight_that_applies,
        {{ exact_sum('configured_weight') }} as configured_weight

    from {{ dimension_scores }}

    group by all

)

select
    {{ key | join(', ') }},
    {{ rounded('weighted_score / nullif(weight, 0)', 4) }} as score,
    {%- for axis in ['relationship', 'impact'] %}
    {{ rounded(axis ~ '_weighted_score / nullif(' ~ axis ~ '_weight, 0)', 4) }}
        as {{ axis }}_score,
    {%- endfor %}
    {{ rounded('measured_weight / nullif(applicable_weight, 0)', 6) }} as coverage,
    {{ rounded(
        'configured_weight_that_applies / nullif(configured_weight, 0)', 6
    ) }} as applicable_share

from sums
{%- endmacro %}
