-- One row per account, month-end and lead time: the health score of the day, without the
-- signals that know the outcome so shortly before it, and without caps by them; its band
-- and the scores of the two axes. Null where the score of the day was withheld.

with

observations as (

    select * from {{ ref('int_observations') }}

),

leads as (

    select distinct lead_days from {{ ref('backtest_windows') }}

),

dimension_scores as (

    select
        dimension_scores.*,
        dimensions.axis

    from {{ ref('int_dimension_scores_by_lead') }} as dimension_scores

    inner join {{ ref('dimensions') }} as dimensions
        on dimension_scores.dimension = dimensions.dimension

),

scores as (

    select
        account_id,
        observation_date,
        lead_days,
        {{ rounded(
            exact_sum('weight * score') ~ ' / ' ~ exact_sum('weight'), 4
        ) }} as score,
        {%- for axis in ['relationship', 'impact'] %}
        {{ rounded(
            exact_sum("case when axis = '" ~ axis ~ "' then weight * score end")
            ~ ' / '
            ~ exact_sum("case when axis = '" ~ axis ~ "' then weight end"), 4
        ) }} as {{ axis }}_score
        {{- ',' if not loop.last }}
        {%- endfor %}

    from dimension_scores

    group by
        account_id,
        observation_date,
        lead_days

),

-- a cap looks at its signal whether or not the scorecard shows it
cap_signals as (

    select
        signal_scores.account_id,
        signal_scores.snapshot_date,
        leads.lead_days,
        signal_scores.signal,
        signal_scores.status,
        signal_scores.value

    from {{ ref('signal_scores_daily') }} as signal_scores

    inner join {{ ref('signals') }} as signals
        on signal_scores.signal = signals.signal

    inner join leads
        on signals.used_from_days_before_outcome <= leads.lead_days

    where
        signal_scores.snapshot_date in (
            select observations.observation_date from observations
        )
        and signal_scores.signal in (
            select score_caps.signal from {{ ref('score_caps') }} as score_caps
            where score_caps.signal is not null
        )

),

account_ids as (

    select
        observations.account_id,
        observations.observation_date as snapshot_date,
        leads.lead_days,
        account_id_map.source_account_id

    from observations

    cross join leads

    inner join {{ ref('int_account_id_map') }} as account_id_map
        on
            observations.account_id = account_id_map.account_id
            and observations.observation_date >= account_id_map.valid_from
            and observations.observation_date < account_id_map.valid_to

),

caps as (

    {{ lowest_caps(
        'cap_signals', 'account_ids', ['account_id', 'snapshot_date', 'lead_days']
    ) }}

),

capped_scores as (

    select
        observations.account_id,
        observations.observation_date,
        leads.lead_days,
        case when caps.cap_at < scores.score then caps.cap_at else scores.score end
            as health_score,
        scores.relationship_score,
        scores.impact_score

    from observations

    cross join leads

    left join scores
        on
            observations.account_id = scores.account_id
            and observations.observation_date = scores.observation_date
            and leads.lead_days = scores.lead_days

    left join caps
        on
            observations.account_id = caps.account_id
            and observations.observation_date = caps.snapshot_date
            and leads.lead_days = caps.lead_days

)

select
    capped_scores.account_id,
    capped_scores.observation_date,
    capped_scores.lead_days,
    capped_scores.health_score,
    capped_scores.relationship_score,
    capped_scores.impact_score,
    coalesce(health_bands.band, 'unknown') as health_band

from capped_scores

left join {{ ref('int_health_bands') }} as health_bands
    on
        capped_scores.observation_date >= health_bands.effective_from
        and capped_scores.observation_date < health_bands.effective_to
        and capped_scores.health_score >= health_bands.min_score
        and capped_scores.health_score < health_bands.below_score
