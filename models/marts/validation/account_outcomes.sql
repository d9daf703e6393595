-- One row per account, outcome and day on which it happened: churned, inactive,
-- contracted, expanded, renewed; by what is known on as_of_date. Each is certain, and in
-- here, when the grace days after it are over.

with

spells as (

    select * from {{ ref('int_customer_spells') }}

),

arr_steps as (

    select
        *,
        lead(step_date, 1, cast('9999-01-01' as date)) over (
            partition by account_id order by step_date
        ) as next_step_date

    from {{ ref('int_arr_steps') }}

),

as_of as (

    select * from {{ ref('int_as_of_date') }}

),

reasons as (

    select
        account_id_map.account_id,
        subscriptions.ended_on,
        subscriptions.end_reason,
        row_number() over (
            partition by account_id_map.account_id, subscriptions.ended_on
            order by
                subscriptions.mrr desc nulls last,
                subscriptions.subscription_id asc,
                subscriptions.valid_from desc
        ) as reason_rank

    from {{ ref('stg_billing__subscriptions') }} as subscriptions

    inner join {{ ref('int_account_id_map') }} as account_id_map
        on
            subscriptions.account_id = account_id_map.source_account_id
            and subscriptions.ended_on > account_id_map.valid_from
            and subscriptions.ended_on <= account_id_map.valid_to

    where subscriptions.end_reason is not null

),

outcomes as (

    select
        account_id,
        loss as outcome,
        spell_to as outcome_date
    from spells
    where loss is not null

    union all

    select
        account_id,
        'renewed',
        renewed_on
    from {{ ref('int_renewals') }}

),

-- of subscriptions: what is invoiced without one is no recurring revenue
outcomes_with_arr as (

    select
        outcomes.account_id,
        outcomes.outcome,
        outcomes.outcome_date,
        case when outcomes.outcome <> 'inactive' then before.arr_after end
            as arr_before,
        case
            when outcomes.outcome = 'churned' then 0
            when outcomes.outcome = 'renewed' then after.arr_after
        end as arr_after

    from outcomes

    left join arr_steps as before
        on
            outcomes.account_id = before.account_id
            and outcomes.outcome_date > before.step_date
            and outcomes.outcome_date <= before.next_step_date

    left join arr_steps as after
        on
            outcomes.account_id = after.account_id
            and outcomes.outcome_date + {{ var('churn_grace_days') }}
            >= after.step_date
            and outcomes.outcome_date + {{ var('churn_grace_days') }}
            < after.next_step_date

    union all

    -- the grace days after lie below all those before by the share, or above
    select
        account_id,
        'contracted',
        step_date,
        lowest_before,
        highest_after
    from arr_steps
    where
        own_change < 0
        and highest_after > 0
        and highest_after
        <= {{ rounded('(1 - ' ~ var('contraction_share') ~ ') * lowest_before', 2) }}

    union all

    select
        account_id,
        'expanded',
        step_date,
        highest_before,
        lowest_after
    from arr_steps
    where
        own_change > 0
        and highest_before > 0
        and lowest_after
        >= {{ rounded('(1 + ' ~ var('expansion_share') ~ ') * highest_before', 2) }}

)

select
    outcomes_with_arr.account_id,
    outcomes_with_arr.outcome,
    outcomes_with_arr.outcome_date,
    outcomes_with_arr.outcome_date + {{ var('churn_grace_days') }} as known_on,
    cast(outcomes_with_arr.arr_before as double) as arr_before,
    cast(outcomes_with_arr.arr_after as double) as arr_after,
    case
        when outcomes_with_arr.outcome in ('churned', 'contracted')
            then reasons.end_reason
    end as reason

from outcomes_with_arr

inner join as_of
    on
        outcomes_with_arr.outcome_date + {{ var('churn_grace_days') }}
        <= as_of.as_of_date

left join reasons
    on
        outcomes_with_arr.account_id = reasons.account_id
        and outcomes_with_arr.outcome_date = reasons.ended_on
        and reasons.reason_rank = 1
