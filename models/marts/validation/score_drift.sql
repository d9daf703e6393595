-- One row per evaluation, subject (health_score, or a signal with weight) and month-end
-- looked at: how its values were spread, whether that has moved away from the reference
-- months, and whether it tells less than before who will be lost.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

indices as (

    select * from {{ ref('int_drift_indices') }}

),

distributions as (

    select * from {{ ref('int_drift_distributions') }}

),

drift_aucs as (

    select * from {{ ref('int_drift_aucs') }}

),

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

evaluated_signals as (

    select * from {{ ref('int_evaluated_signals') }}

),

thresholds as (

    select
        max(case when threshold = 'drift_psi_moderate' then value end) as psi_moderate,
        max(case when threshold = 'drift_psi_large' then value end) as psi_large,
        max(case when threshold = 'drift_auc_fall' then value end) as auc_fall,
        max(case when threshold = 'drift_auc_fall_deviations' then value end)
            as auc_fall_deviations

    from {{ ref('thresholds') }}

),

judged as (

    select
        indices.*,
        drift_aucs.auc,
        drift_aucs.auc_low,
        drift_aucs.auc_high,
        drift_aucs.earlier_auc,
        case
            when indices.is_reference then 'reference'
            when indices.psi <= indices.psi_by_chance then 'stable'
            when indices.psi >= thresholds.psi_large then 'large'
            when indices.psi >= thresholds.psi_moderate then 'moderate'
            else 'stable'
        end as drift,
        coalesce(
            drift_aucs.earlier_auc - drift_aucs.auc >= thresholds.auc_fall
            and drift_aucs.fall_in_deviations >= thresholds.auc_fall_deviations,
            false
        ) as has_auc_fallen

    from indices

    cross join thresholds

    left join drift_aucs
        on
            indices.subject = drift_aucs.subject
            and indices.observation_date = drift_aucs.observation_date

),

in_words as (

    select
        *,
        nullif(concat_ws(
            '; ',
            case
                when drift in ('moderate', 'large')
                    then concat(
                        case drift when 'large' then 'far from' else 'away from' end,
                        ' the reference months (index ', {{ number_text('psi') }}, ')',
                        case
                            when 2 * psi_of_unknown > psi
                                then concat(
                                    ', mostly because ',
                                    {{ number_text('100 * share_unknown') }},
                                    '% are unknown, ',
                                    {{ number_text('100 * reference_share_unknown') }},
                                    '% then'
                                )
                            else ''
                        end
                    )
            end,
            case
                when has_auc_fallen
                    then concat(
                        'tells less than before who will be lost (AUC ',
                        {{ number_text('auc') }}, ', ',
                        {{ number_text('earlier_auc') }}, ' in the months before)'
                    )
            end
        ), '') as warning

    from judged

)

select
    -- keys
    evaluation_day.evaluated_on,
    in_words.subject,
    in_words.observation_date as month_end,
    case
        when in_words.subject = 'health_score' then 'Health score'
        else evaluated_signals.label
    end as label,
    evaluated_signals.weight,
    in_words.is_reference,

    -- warnings
    in_words.drift,
    in_words.has_auc_fallen,
    in_words.warning,

    -- distribution
    in_words.accounts,
    in_words.share_unknown,
    distributions.mean_value,
    distributions.lower_quartile,
    distributions.median_value,
    distributions.upper_quartile,
    {%- for colour in ['green', 'yellow', 'orange', 'red', 'unscored'] %}
    distributions.share_{{ colour }},
    {%- endfor %}

    -- against the reference months
    in_words.reference_share_unknown,
    in_words.psi,
    in_words.psi_by_chance,

    -- how well it tells
    in_words.auc,
    in_words.auc_low,
    in_words.auc_high,
    in_words.earlier_auc

from in_words

cross join evaluation_day

left join evaluated_signals
    on in_words.subject = evaluated_signals.signal

left join distributions
    on
        in_words.subject = distributions.subject
        and in_words.observation_date = distributions.observation_date
