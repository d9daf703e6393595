-- One row per account of the latest day per action that is called for, under way or
-- ended: why, by whom and by when, its state, and what it did when it was last done.

with

account_health as (

    select * from {{ ref('account_health_daily') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health

),

states as (

    select * from {{ ref('int_action_states') }}

),

actions as (

    select * from {{ ref('actions') }}

),

called_actions as (

    select * from {{ ref('int_called_actions') }}

),

effects as (

    select * from {{ ref('int_action_effects') }}

),

recommended_actions as (

    select
        -- keys
        states.account_id,
        states.action,

        -- what to do, and who does it
        actions.title,
        actions.playbook,
        actions.effort,
        actions.owner_role,
        account_health.owner_id,

        -- when
        account_health.snapshot_date,
        states.state,
        states.called_since,
        states.begun_on,
        coalesce(states.task_due_on, states.called_since + actions.due_in_days)
            as due_on,
        states.state in ('open', 'in progress')
        and coalesce(states.task_due_on, states.called_since + actions.due_in_days)
        < account_health.snapshot_date as is_overdue,

        -- why
        called_actions.driver,
        called_actions.driver_value,
        called_actions.driver_score,
        called_actions.driver_contribution,
        coalesce(called_actions.hurting_signals, 0) as hurting_signals,
        called_actions.points_to_gain,

        -- what it did when it was last done
        effects.completed_on as last_done_on,
        effects.driver as driver_before,
        effects.value_before,
        effects.score_before,
        effects.effect_on,
        effects.value_after,
        effects.score_after,
        {{ rounded('effects.score_after - effects.score_before', 4) }} as score_change

    from states

    inner join actions
        on states.action = actions.action

    -- accounts that are no longer scored need nothing
    inner join account_health
        on states.account_id = account_health.account_id

    inner join latest_day
        on account_health.snapshot_date = latest_day.snapshot_date

    left join called_actions
        on
            states.account_id = called_actions.account_id
            and states.action = called_actions.action

    left join effects
        on
            states.account_id = effects.account_id
            and states.action = effects.action

)

select * from recommended_actions
