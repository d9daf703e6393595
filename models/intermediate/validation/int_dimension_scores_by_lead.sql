-- One row per account, month-end, lead time and dimension of the day's scorecard: its
-- score from what was stored of the day, without the signals that know the outcome so
-- shortly before it, by used_from_days_before_outcome.

with

observations as (

    select * from {{ ref('int_observations') }}

),

leads as (

    select distinct lead_days from {{ ref('backtest_windows') }}

),

-- of what counted on the day, with the weight that it had then
signal_sums as (

    select
        signal_scores.account_id,
        signal_scores.snapshot_date,
        signal_scores.dimension,
        signals.used_from_days_before_outcome,
        {{ exact_sum('signal_scores.weight') }} as weight,
        {{ exact_sum('signal_scores.weight * signal_scores.score') }}
            as weighted_score

    from {{ ref('signal_scores_daily') }} as signal_scores

    inner join {{ ref('signals') }} as signals
        on signal_scores.signal = signals.signal

    where
        signal_scores.snapshot_date in (
            select observations.observation_date from observations
        )
        and signal_scores.weight > 0

    group by
        signal_scores.account_id,
        signal_scores.snapshot_date,
        signal_scores.dimension,
        signals.used_from_days_before_outcome

),

-- a dimension keeps its weight as long as any of its signals counts
sums_by_lead as (

    select
        signal_sums.account_id,
        signal_sums.snapshot_date as observation_date,
        leads.lead_days,
        signal_sums.dimension,
        {{ exact_sum('signal_sums.weight') }} as weight,
        {%- for column in ['weight', 'weighted_score'] %}
        {{ exact_sum(
            'case when signal_sums.used_from_days_before_outcome <= leads.lead_days '
            ~ 'then signal_sums.' ~ column ~ ' else 0 end'
        ) }} as counted_{{ column }}
        {{- ',' if not loop.last }}
        {%- endfor %}

    from signal_sums

    cross join leads

    group by
        signal_sums.account_id,
        signal_sums.snapshot_date,
        leads.lead_days,
        signal_sums.dimension

),

-- of accounts whose score was not withheld
dimension_scores_by_lead as (

    select
        sums_by_lead.account_id,
        sums_by_lead.observation_date,
        sums_by_lead.lead_days,
        sums_by_lead.dimension,
        sums_by_lead.weight,
        {{ rounded(
            'sums_by_lead.counted_weighted_score / sums_by_lead.counted_weight', 6
        ) }} as score

    from sums_by_lead

    inner join observations
        on
            sums_by_lead.account_id = observations.account_id
            and sums_by_lead.observation_date = observations.observation_date

    where
        sums_by_lead.counted_weight > 0
        and observations.uncapped_health_score is not null

)

select * from dimension_scores_by_lead
