-- One row per account, month-end, outcome and window of the back-test that is fully
-- observed: whether the outcome happened in it. The window begins lead_days after the
-- snapshot, and who is lost before it begins has no row.

with

observations as (

    select * from {{ ref('int_observations') }}

),

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

windows as (

    select * from {{ ref('backtest_windows') }}

),

leads as (

    select distinct lead_days from windows

),

outcomes as (

    select
        account_id,
        outcome_date,
        case when outcome in ('churned', 'inactive') then 'lost' else outcome end
            as outcome

    from {{ ref('account_outcomes') }}

    where outcome in ('churned', 'inactive', 'contracted', 'expanded')

),

observation_leads as (

    select
        observations.account_id,
        observations.observation_date,
        observations.evaluated_on,
        leads.lead_days,
        observations.observation_date + leads.lead_days as last_day_before,

        -- from then on it is not seen under this id
        case when observations.loss is null then observations.spell_to end
            as unseen_from

    from observations

    cross join leads

    where observations.spell_to > observations.observation_date + leads.lead_days

),

first_outcomes as (

    select
        observation_leads.account_id,
        observation_leads.observation_date,
        observation_leads.lead_days,
        outcomes.outcome,
        min(outcomes.outcome_date) as outcome_date

    from observation_leads

    inner join outcomes
        on
            observation_leads.account_id = outcomes.account_id
            and observation_leads.last_day_before < outcomes.outcome_date

    group by
        observation_leads.account_id,
        observation_leads.observation_date,
        observation_leads.lead_days,
        outcomes.outcome

),

observation_windows as (

    select
        observation_leads.account_id,
        observation_leads.observation_date,
        observation_leads.evaluated_on,
        observation_leads.lead_days,
        windows.horizon_days,
        observation_leads.last_day_before + windows.horizon_days as last_day

    from observation_leads

    inner join windows
        on observation_leads.lead_days = windows.lead_days

    inner join evaluation_day
        on
            observation_leads.last_day_before
            + windows.horizon_days
            + {{ var('churn_grace_days') }}
            <= evaluation_day.observed_until

    where
        observation_leads.unseen_from is null
        or observation_leads.unseen_from
        > observation_leads.last_day_before + windows.horizon_days

),

outcome_names as (

    {%- for outcome in ['lost', 'contracted', 'expanded'] %}

    {{ 'union all' if not loop.first }}

    select '{{ outcome }}' as outcome
    {%- endfor %}

),

observation_outcomes as (

    select
        observation_windows.account_id,
        observation_windows.observation_date,
        observation_windows.evaluated_on,
        outcome_names.outcome,
        observation_windows.horizon_days,
        observation_windows.lead_days,
        case
            when first_outcomes.outcome_date <= observation_windows.last_day then 1
            else 0
        end as is_outcome,
        case
            when first_outcomes.outcome_date <= observation_windows.last_day
                then first_outcomes.outcome_date
        end as outcome_date

    from observation_windows

    cross join outcome_names

    left join first_outcomes
        on
            observation_windows.account_id = first_outcomes.account_id
            and observation_windows.observation_date = first_outcomes.observation_date
            and observation_windows.lead_days = first_outcomes.lead_days
            and outcome_names.outcome = first_outcomes.outcome

)

select * from observation_outcomes
