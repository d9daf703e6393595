-- One row per signal, outcome and comparison (within_date, pooled): how well the signal
-- alone tells who will have the outcome. Above 0.5 is as expected: those who are lost
-- or contract had been less healthy by it, those who expand healthier.

{%- set outcomes = ['lost', 'contracted', 'expanded'] %}
{%- set comparisons = ['within_date', 'pooled'] %}

with

signal_observations as (

    select * from {{ ref('int_signal_observations') }}

    where coalesce(lost, contracted, expanded) is not null

),

value_ranks as (

    select * from {{ ref('int_signal_value_ranks') }}

),

-- of each observation, the others (of the other kind) that it can be compared with, and
-- those among them that stand where they are expected
account_sums as (

    select
        signal_observations.signal,
        signal_observations.account_id,
        {%- for outcome in outcomes %}
        {%- set own = 'signal_observations.' ~ outcome %}
        count({{ own }}) as {{ outcome }}_observations,
        sum({{ own }}) as {{ outcome }}_outcomes,
        {%- for comparison in comparisons %}
        {%- set ranks = 'value_ranks.' ~ comparison ~ '_' ~ outcome %}
        sum(
            case
                when {{ own }} = 1 then {{ ranks }}_without_in_all
                when {{ own }} = 0 then {{ ranks }}_with_in_all
            end
        ) as {{ comparison }}_{{ outcome }}_others,
        sum(
            case
                when {{ own }} = 1 then {{ ranks }}_without_above
                when {{ own }} = 0 then {{ ranks }}_with_below
            end
        ) as {{ comparison }}_{{ outcome }}_right,
        sum({{ own }} * {{ ranks }}_without_in_all)
            as {{ comparison }}_{{ outcome }}_pairs,
        sum({{ own }} * {{ ranks }}_without_above)
            as {{ comparison }}_{{ outcome }}_right_pairs,
        {%- endfor %}
        {%- endfor %}
        max(signal_observations.evaluated_on) as evaluated_on

    from signal_observations

    inner join value_ranks
        on
            signal_observations.signal = value_ranks.signal
            and signal_observations.observation_date = value_ranks.observation_date
            and signal_observations.health_value = value_ranks.health_value

    group by signal_observations.signal, signal_observations.account_id

),

-- who grows is expected to be healthier, not less healthy
account_shares as (

    {%- for outcome in outcomes %}
    {%- set outcome_loop = loop %}
    {%- for comparison in comparisons %}
    {%- set sums = comparison ~ '_' ~ outcome %}

    {{ 'union all' if not (outcome_loop.first and loop.first) }}

    select
        signal,
        account_id,
        '{{ outcome }}' as outcome,
        '{{ comparison }}' as comparison,
        {{ outcome }}_observations as observations,
        {{ outcome }}_outcomes as outcomes,
        {{ sums }}_others as others,
        {{ sums }}_pairs as pairs,
        {%- if outcome == 'expanded' %}
        {{ sums }}_others - {{ sums }}_right as right_others,
        {{ sums }}_pairs - {{ sums }}_right_pairs as right_pairs
        {%- else %}
        {{ sums }}_right as right_others,
        {{ sums }}_right_pairs as right_pairs
        {%- endif %}

    from account_sums

    where {{ outcome }}_observations > 0
    {%- endfor %}
    {%- endfor %}

),

aucs as (

    select
        signal,
        outcome,
        comparison,
        count(case when observations > outcomes then 1 end)
            as accounts_without_outcome,
        sum(pairs) as pairs,
        sum(right_pairs) / nullif(sum(pairs), 0) as auc

    from account_shares

    group by signal, outcome, comparison

),

-- the same account stands in many months: what it moves the AUC by is one number
influences as (

    select
        account_shares.signal,
        account_shares.outcome,
        account_shares.comparison,
        account_shares.account_id,
        account_shares.observations,
        account_shares.outcomes,
        aucs.auc,
        (account_shares.right_others - aucs.auc * account_shares.others)
        / nullif(aucs.pairs, 0) as influence

    from account_shares

    inner join aucs
        on
            account_shares.signal = aucs.signal
            and account_shares.outcome = aucs.outcome
            and account_shares.comparison = aucs.comparison

),

summaries as (

    {{ auc_summaries('influences', ['signal', 'outcome', 'comparison']) }}

)

select
    summaries.*,
    aucs.accounts_without_outcome

from summaries

inner join aucs
    on
        summaries.signal = aucs.signal
        and summaries.outcome = aucs.outcome
        and summaries.comparison = aucs.comparison
