{#
    How well a risk tells those with an outcome from those without: the area under the ROC curve
    (AUC), which is the share of pairs of one of each in which the risk of the one with the
    outcome is higher, ties counting half; with a standard error by account, since the same
    account stands in many months. Formulas: DeLong, DeLong and Clarke-Pearson 1988; for
    clusters Obuchowski 1997.

    All take `observations`, rows with the columns in `keys`, account_id, risk (higher: the
    outcome is likelier; null rows are left out) and is_outcome (0 or 1). With a `stratum`, only
    pairs within the same value of that column count. Keys and stratum are never null.
#}


{#
    A query with one row per key and risk: how many have it, and how many of each kind there are
    and stand below it. Few levels make all that follows fast: round a risk whose last digits
    tell nothing.
#}
{% macro risk_levels(observations, keys) -%}
with

risk_counts as (

    {{ risk_counts(observations, keys) }}

)

{{ levels_of_counts('risk_counts', keys) }}
{%- endmacro %}


{#
    A query with one row per key, stratum among them, and risk: how many have it, with and
    without the outcome.
#}
{% macro risk_counts(observations, keys) -%}
select
    {{ keys | join(', ') }},
    risk,
    cast(sum(is_outcome) as double) as with_outcome,
    cast(sum(1 - is_outcome) as double) as without_outcome

from {{ observations }}

where risk is not null

group by {{ keys | join(', ') }}, risk
{%- endmacro %}


{#
    Rows of risk_levels from rows of risk_counts, which may be of finer strata than the one that
    is asked for. In brackets, since Spark takes the name of a window and a minus for one name.
#}
{% macro levels_of_counts(counts, keys, stratum=none) -%}
{%- set group = keys + ([stratum] if stratum else []) -%}
select
    {{ group | join(', ') }},
    risk,
    with_outcome,
    without_outcome,
    sum(with_outcome) over in_stratum as stratum_with_outcome,
    sum(without_outcome) over in_stratum as stratum_without_outcome,
    (sum(with_outcome) over up_to_here) - with_outcome as lower_with_outcome,
    (sum(without_outcome) over up_to_here) - without_outcome as lower_without_outcome

from (
    select
        {{ group | join(', ') }},
        risk,
        sum(with_outcome) as with_outcome,
        sum(without_outcome) as without_outcome

    from {{ counts }}

    group by {{ group | join(', ') }}, risk
) as counts_of_strata

window
    in_stratum as (partition by {{ group | join(', ') }}),
    up_to_here as (
        partition by {{ group | join(', ') }}
        order by risk
        rows between unbounded preceding and current row
    )
{%- endmacro %}


{#
    Rows of risk_levels of two comparisons from rows of risk_counts: pooled, with the one stratum
    0, and within_date, with those of the column `stratum`.
#}
{% macro levels_of_both(counts, keys, stratum) -%}
{%- for comparison, column in [('pooled', none), ('within_date', stratum)] %}
{{ 'union all' if not loop.first }}

select
    {{ keys | join(', ') }},
    '{{ comparison }}' as comparison,
    {{ column or '0' }} as stratum,
    risk,
    with_outcome,
    without_outcome,
    stratum_with_outcome,
    stratum_without_outcome,
    lower_with_outcome,
    lower_without_outcome

from (
    {{ levels_of_counts(counts, keys, column) }}
) as {{ comparison }}_levels
{% endfor %}
{%- endmacro %}


{#
    A query with one row per key: auc, and the number of pairs, null without any; from rows of
    risk_levels.
#}
{% macro aucs_of_levels(levels, keys) -%}
select
    {{ keys | join(', ') }},
    nullif(sum(with_outcome * stratum_without_outcome), 0) as pairs,
    sum(with_outcome * (lower_without_outcome + without_outcome / 2))
    / nullif(sum(with_outcome * stratum_without_outcome), 0) as auc

from {{ levels }}

group by {{ keys | join(', ') }}
{%- endmacro %}


{#
    A query with one row per key and account: auc of the key, the account's influence on it (by
    how much it raises it; they add up to 0), and its observations and outcomes. auc and
    influence are null without a pair. Those of two risks can be subtracted account by account.
#}
{% macro auc_influences(observations, keys) -%}
with

risk_levels as (

    {{ risk_levels(observations, keys) }}

),

-- of the pairs that one of each kind makes, those in the right order
placements as (

    select
        *,
        lower_without_outcome + without_outcome / 2 as won_with_outcome,
        stratum_with_outcome - lower_with_outcome - with_outcome / 2
            as won_without_outcome

    from risk_levels

),

aucs as (

    {{ aucs_of_levels('risk_levels', keys) }}

),

-- whole and half numbers, so that their sums are exact
account_sums as (

    select
        {%- for key in keys %}
        observations.{{ key }},
        {%- endfor %}
        observations.account_id,
        count(*) as observations,
        sum(observations.is_outcome) as outcomes,
        sum(
            case
                when observations.is_outcome = 1 then placements.won_with_outcome
                else placements.won_without_outcome
            end
        ) as pairs_won,
        sum(
            case
                when observations.is_outcome = 1
                    then placements.stratum_without_outcome
                else placements.stratum_with_outcome
            end
        ) as pairs

    from {{ observations }} as observations

    inner join placements
        on
            observations.risk = placements.risk
            {%- for key in keys %}
            and observations.{{ key }} = placements.{{ key }}
            {%- endfor %}

    group by
        {%- for key in keys %}
        observations.{{ key }},
        {%- endfor %}
        observations.account_id

)

select
    {%- for key in keys %}
    account_sums.{{ key }},
    {%- endfor %}
    account_sums.account_id,
    cast(account_sums.observations as int) as observations,
    cast(account_sums.outcomes as int) as outcomes,
    aucs.auc,
    (account_sums.pairs_won - aucs.auc * account_sums.pairs) / aucs.pairs as influence

from account_sums

inner join aucs
    on
        {%- for key in keys %}
        {{ 'and' if not loop.first }} account_sums.{{ key }} = aucs.{{ key }}
        {%- endfor %}
{%- endmacro %}


{#
    A query with one row per key: the share with the outcome in the tenth with the highest risk,
    over that in all; from rows of risk_levels. With a stratum, it is the tenth of each stratum.
    Of a risk that stands on the border of the tenth, a part counts.
#}
{% macro lifts_of_worst_decile(levels, keys) -%}
with

tenths as (

    select
        *,
        (stratum_with_outcome + stratum_without_outcome) / 10
        - (
            stratum_with_outcome + stratum_without_outcome
            - lower_with_outcome - lower_without_outcome
            - with_outcome - without_outcome
        ) as room,
        with_outcome + without_outcome as observations

    from {{ levels }}

)

select
    {{ keys | join(', ') }},
    {{ rounded(
        '10 * sum(case when room <= 0 then 0 when room >= observations then with_outcome '
        ~ 'else with_outcome * room / observations end) / nullif(sum(with_outcome), 0)', 4
    ) }} as lift_worst_decile

from tenths

group by {{ keys | join(', ') }}
{%- endmacro %}


{#
    Rows of auc_influences for two comparisons in one pass over the observations: pooled, and
    within the values of `stratum`; the column comparison tells them apart. `levels` are rows of
    risk_levels of both, with the columns comparison and stratum (0 for pooled).
#}
{% macro auc_influences_of_both(observations, keys, stratum, levels) -%}
with

placements as (

    select
        {%- for key in keys %}
        within.{{ key }},
        {%- endfor %}
        within.stratum,
        within.risk,
        {%- for comparison in ['within', 'pooled'] %}
        {{ comparison }}.lower_without_outcome + {{ comparison }}.without_outcome / 2
            as {{ comparison }}_won_with,
        {{ comparison }}.stratum_with_outcome - {{ comparison }}.lower_with_outcome
        - {{ comparison }}.with_outcome / 2 as {{ comparison }}_won_without,
        {{ comparison }}.stratum_without_outcome as {{ comparison }}_pairs_with,
        {{ comparison }}.stratum_with_outcome as {{ comparison }}_pairs_without
        {{- ',' if not loop.last }}
        {%- endfor %}

    from {{ levels }} as within

    inner join {{ levels }} as pooled
        on
            within.risk = pooled.risk
            {%- for key in keys %}
            and within.{{ key }} = pooled.{{ key }}
            {%- endfor %}
            and pooled.comparison = 'pooled'

    where within.comparison = 'within_date'

),

aucs as (

    {{ aucs_of_levels(levels, keys + ['comparison']) }}

),

account_sums as (

    select
        {%- for key in keys %}
        observations.{{ key }},
        {%- endfor %}
        observations.account_id,
        count(*) as observations,
        sum(observations.is_outcome) as outcomes
        {%- for comparison in ['within', 'pooled'] %}
        {%- for sum_of in ['won', 'pairs'] %},
        sum(
            case
                when observations.is_outcome = 1
                    then placements.{{ comparison }}_{{ sum_of }}_with
                else placements.{{ comparison }}_{{ sum_of }}_without
            end
        ) as {{ comparison }}_{{ sum_of }}
        {%- endfor %}
        {%- endfor %}

    from {{ observations }} as observations

    inner join placements
        on
            observations.risk = placements.risk
            and observations.{{ stratum }} = placements.stratum
            {%- for key in keys %}
            and observations.{{ key }} = placements.{{ key }}
            {%- endfor %}

    group by
        {%- for key in keys %}
        observations.{{ key }},
        {%- endfor %}
        observations.account_id

)

select
    {%- for key in keys %}
    account_sums.{{ key }},
    {%- endfor %}
    aucs.comparison,
    account_sums.account_id,
    cast(account_sums.observations as int) as observations,
    cast(account_sums.outcomes as int) as outcomes,
    aucs.auc,
    case
        when aucs.comparison = 'pooled'
            then (account_sums.pooled_won - aucs.auc * account_sums.pooled_pairs)
                / aucs.pairs
        else (account_sums.within_won - aucs.auc * account_sums.within_pairs) / aucs.pairs
    end as influence

from account_sums

inner join aucs
    on
        {%- for key in keys %}
        {{ 'and' if not loop.first }} account_sums.{{ key }} = aucs.{{ key }}
        {%- endfor %}
{%- endmacro %}


{# The standard error of what the influences of accounts (an SQL expression) add up to. #}
{% macro standard_error_by_account(influence) -%}
sqrt(
    cast(count({{ influence }}) as double) / nullif(count({{ influence }}) - 1, 0)
    * {{ exact_sum('(' ~ influence ~ ') * (' ~ influence ~ ')', 16) }}
)
{%- endmacro %}


{#
    A query with one row per key, from rows of auc_influences: auc, its standard error and 95 %
    interval (auc_low, auc_high), observations, accounts and outcomes, and the verdict. With
    fewer than minimum_outcomes accounts that have the outcome, or that have it not, the verdict
    is 'not enough' and there is no number.
#}
{% macro auc_summaries(influences, keys) -%}
with

sums as (

    select
        {{ keys | join(', ') }},
        sum(observations) as observations,
        count(*) as accounts,
        sum(outcomes) as outcomes,
        count(case when outcomes > 0 then account_id end) as accounts_with_outcome,
        count(case when observations > outcomes then account_id end)
            as accounts_without_outcome,
        max(auc) as auc,
        {{ standard_error_by_account('influence') }} as standard_error

    from {{ influences }}

    group by {{ keys | join(', ') }}

),

counted as (

    select
        *,
        case
            when accounts_with_outcome < accounts_without_outcome
                then accounts_with_outcome
            else accounts_without_outcome
        end as accounts_of_the_rarer_kind

    from sums

),

-- on the logit scale, so that it stays within 0 and 1; where every pair is in order there
-- is no spread, and the bound is that of a share of 0 or 1 of the rarer kind
intervals as (

    select
        *,
        case
            when accounts_of_the_rarer_kind < {{ var('minimum_outcomes') }} then null
            when auc = 1 then power(25e-3, 1e0 / accounts_of_the_rarer_kind)
            when auc = 0 then 0
            else 1 / (
                1 + (1 - auc) / auc
                * exp(1.959964 * standard_error / (auc * (1 - auc)))
            )
        end as auc_low,
        case
            when accounts_of_the_rarer_kind < {{ var('minimum_outcomes') }} then null
            when auc = 1 then 1
            when auc = 0 then 1 - power(25e-3, 1e0 / accounts_of_the_rarer_kind)
            else 1 / (
                1 + (1 - auc) / auc
                * exp(-1.959964 * standard_error / (auc * (1 - auc)))
            )
        end as auc_high,
        coalesce(
            accounts_of_the_rarer_kind >= {{ var('minimum_outcomes') }}
            and auc is not null,
            false
        ) as is_enough

    from counted

)

select
    {{ keys | join(', ') }},
    cast(observations as int) as observations,
    cast(accounts as int) as accounts,
    cast(outcomes as int) as outcomes,
    cast(accounts_with_outcome as int) as accounts_with_outcome,
    case when is_enough then {{ rounded('auc', 6) }} end as auc,
    case when is_enough then {{ rounded('standard_error', 6) }} end as standard_error,
    case when is_enough then {{ rounded('auc_low', 6) }} end as auc_low,
    case when is_enough then {{ rounded('auc_high', 6) }} end as auc_high,
    case
        when not is_enough then 'not enough'
        when auc_low > 0.5 then 'better than chance'
        when auc_high < 0.5 then 'worse than chance'
        else 'no better than chance'
    end as verdict

from intervals
{%- endmacro %}


{#
    A query with one row per key in both of two queries of auc_influences: by how much the auc of
    the first lies above that of the second, with a 95 % interval that knows how the two go
    together account by account. Null where auc_summaries would have no number, for either.
#}
{% macro auc_differences(influences, other_influences, keys) -%}
with

{%- for name, rows in [('influences', influences), ('other_influences', other_influences)] %}

{{ 'first' if loop.first else 'second' }}_rows as (

    select
        {{ keys | join(', ') }},
        account_id,
        observations,
        outcomes,
        auc,
        influence

    from {{ rows }}

),
{%- endfor %}

joined_influences as (

    select
        {%- for key in keys %}
        coalesce(first_rows.{{ key }}, second_rows.{{ key }}) as {{ key }},
        {%- endfor %}
        first_rows.auc as first_auc,
        second_rows.auc as second_auc,
        coalesce(first_rows.influence, 0) - coalesce(second_rows.influence, 0)
            as influence,
        {%- for rows in ['first', 'second'] %}
        case when {{ rows }}_rows.outcomes > 0 then 1 else 0 end
            as {{ rows }}_has_outcome,
        case when {{ rows }}_rows.observations > {{ rows }}_rows.outcomes then 1 else 0 end
            as {{ rows }}_has_none
        {{- ',' if not loop.last }}
        {%- endfor %}

    from first_rows

    full outer join second_rows
        on
            first_rows.account_id = second_rows.account_id
            {%- for key in keys %}
            and first_rows.{{ key }} = second_rows.{{ key }}
            {%- endfor %}

),

differences as (

    select
        {{ keys | join(', ') }},
        max(first_auc) - max(second_auc) as difference,
        {{ standard_error_by_account('influence') }} as standard_error

    from joined_influences

    group by {{ keys | join(', ') }}

    having
        {%- for rows in ['first', 'second'] %}
        {%- for kind in ['has_outcome', 'has_none'] %}
        {{ 'and' if not (loop.first and rows == 'first') }}
        sum({{ rows }}_{{ kind }}) >= {{ var('minimum_outcomes') }}
        {%- endfor %}
        {%- endfor %}

)

select
    {{ keys | join(', ') }},
    {{ rounded('difference', 6) }} as difference,
    {{ rounded('difference - 1.959964 * standard_error', 6) }} as difference_low,
    {{ rounded('difference + 1.959964 * standard_error', 6) }} as difference_high

from differences
{%- endmacro %}
