-- One row per subject and observed month-end whose headline window is fully observed:
-- how well the subject told on that day who would be lost, and in the months before it.

with

observations as (

    select * from {{ ref('int_observations') }}

),

observation_groups as (

    select * from {{ ref('int_observation_groups') }}

),

-- the score as it was shown
health_observations as (

    select
        observations.account_id,
        observations.observation_date,
        0 - observations.health_score as risk,
        observation_groups.lost as is_outcome

    from observations

    inner join observation_groups
        on
            observations.account_id = observation_groups.account_id
            and observations.observation_date = observation_groups.observation_date

    where
        observations.health_score is not null
        and observation_groups.lost is not null

),

health_influences as (

    {{ auc_influences('health_observations', ['observation_date']) }}

),

health_aucs as (

    {{ auc_summaries('health_influences', ['observation_date']) }}

),

aucs as (

    select
        'health_score' as subject,
        observation_date,
        auc,
        auc_low,
        auc_high,
        standard_error

    from health_aucs

    union all

    select
        signal as subject,
        observation_date,
        auc,
        auc_low,
        auc_high,
        standard_error

    from {{ ref('int_signal_month_aucs') }}

),

-- on the logit scale, as the interval is; where all pairs are in order, or all are the
-- same, nothing is known of its spread
logits as (

    select
        *,
        case
            when auc > 0 and auc < 1 and standard_error > 0
                then ln(auc / (1 - auc))
        end as logit,
        case
            when auc > 0 and auc < 1 and standard_error > 0
                then power(auc * (1 - auc) / standard_error, 2)
        end as precision_of_logit

    from aucs

    where auc is not null

),

-- months with many outcomes count more
earlier_months as (

    select
        *,
        count(logit) over earlier as earlier_months,
        sum(logit * precision_of_logit) over earlier as earlier_logits,
        sum(precision_of_logit) over earlier as earlier_precision

    from logits

    window earlier as (
        partition by subject
        order by observation_date
        rows between unbounded preceding and 1 preceding
    )

),

compared as (

    select
        *,
        case when earlier_months >= 3 then earlier_logits / earlier_precision end
            as earlier_logit

    from earlier_months

)

select
    subject,
    observation_date,
    auc,
    auc_low,
    auc_high,
    {{ rounded('1 / (1 + exp(0 - earlier_logit))', 6) }} as earlier_auc,

    -- in standard errors of the month
    {{ rounded('(earlier_logit - logit) * sqrt(precision_of_logit)', 4) }} + 0.0
        as fall_in_deviations

from compared
