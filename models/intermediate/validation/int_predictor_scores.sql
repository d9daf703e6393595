-- One row per account, month-end, lead time and predictor that has a value: a score,
-- higher for healthier, rounded to a tenth: accounts that lie closer together are ties.
-- The health score, and what it has to beat.

with

observations as (

    select * from {{ ref('int_observations') }}

),

leads as (

    select distinct lead_days from {{ ref('backtest_windows') }}

),

health_scores as (

    select * from {{ ref('int_health_scores_by_lead') }}

),

dimension_scores as (

    select * from {{ ref('int_dimension_scores_by_lead') }}

),

best_signal as (

    select * from {{ ref('int_best_signal') }}

),

signals as (

    select
        account_id,
        snapshot_date,
        signal,
        value,
        score

    from {{ ref('signal_scores_daily') }}

    where
        snapshot_date in (select observations.observation_date from observations)
        and status = 'measured'
        and signal in (
            select 'days_since_last_use' as signal
            union
            select 'csm_sentiment_90d' as signal
            union
            select best_signal.signal from best_signal
        )

),

-- what needs no weighting is the same at every lead
scores_of_the_day as (

    select
        account_id,
        observation_date,
        'published_health_score' as predictor,
        health_score as score
    from observations

    union all

    select
        account_id,
        snapshot_date,
        'recency_of_use',
        -value
    from signals
    where signal = 'days_since_last_use'

    union all

    select
        account_id,
        snapshot_date,
        'csm_rating',
        value
    from signals
    where signal = 'csm_sentiment_90d'

    union all

    select
        signals.account_id,
        signals.snapshot_date,
        'best_signal',
        signals.score
    from signals
    inner join best_signal
        on signals.signal = best_signal.signal

),

predictor_scores as (

    select
        scores_of_the_day.account_id,
        scores_of_the_day.observation_date,
        leads.lead_days,
        scores_of_the_day.predictor,
        scores_of_the_day.score

    from scores_of_the_day

    cross join leads

    {%- for column, predictor in [
        ('health_score', 'health_score'),
        ('relationship_score', 'axis_relationship'),
        ('impact_score', 'axis_impact'),
    ] %}

    union all

    select
        account_id,
        observation_date,
        lead_days,
        '{{ predictor }}',
        {{ column }}
    from health_scores
    {%- endfor %}

    union all

    select
        account_id,
        observation_date,
        lead_days,
        concat('dimension_', dimension),
        score
    from dimension_scores

),

-- in the grace days accounts have scores too
predictor_scores_of_observations as (

    select
        predictor_scores.account_id,
        predictor_scores.observation_date,
        predictor_scores.lead_days,
        predictor_scores.predictor,
        {{ rounded('predictor_scores.score', 1) }} as score

    from predictor_scores

    inner join observations
        on
            predictor_scores.account_id = observations.account_id
            and predictor_scores.observation_date = observations.observation_date

    where predictor_scores.score is not null

)

select * from predictor_scores_of_observations
