-- One row per account per action that is called for on the latest day, under way or
-- ended: its state, and the task that tells.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('account_health_daily') }}

),

called_actions as (

    select * from {{ ref('int_called_actions') }}

),

effects as (

    select * from {{ ref('int_action_effects') }}

),

tasks as (

    select
        account_id,
        action,
        min(case when state = 'in progress' then created_on end) as begun_on,
        min(case when state = 'in progress' then due_on end) as begun_due_on,
        max(case when state = 'lapsed' then created_on end) as lapsed_begun_on,
        max(case when state = 'lapsed' then due_on end) as lapsed_due_on

    from {{ ref('int_action_tasks') }}

    group by account_id, action

),

account_actions as (

    select
        account_id,
        action

    from called_actions

    union

    select
        account_id,
        action

    from tasks

),

states as (

    select
        account_actions.account_id,
        account_actions.action,
        case
            when tasks.begun_on is not null then 'in progress'

            -- what was done gets time to show
            when effects.effect_on > latest_day.snapshot_date then 'done'
            when called_actions.account_id is not null then 'open'
            when
                effects.completed_on is null
                or tasks.lapsed_begun_on > effects.completed_on
                then 'lapsed'
            else 'done'
        end as state,

        -- what was done without effect is called for anew
        case
            when
                effects.effect_on > called_actions.since
                and effects.effect_on <= latest_day.snapshot_date
                then effects.effect_on
            else called_actions.since
        end as called_since,
        tasks.begun_on,
        tasks.begun_due_on,
        tasks.lapsed_begun_on,
        tasks.lapsed_due_on,
        effects.created_on as done_begun_on,
        effects.due_on as done_due_on

    from account_actions

    cross join latest_day

    left join called_actions
        on
            account_actions.account_id = called_actions.account_id
            and account_actions.action = called_actions.action

    left join tasks
        on
            account_actions.account_id = tasks.account_id
            and account_actions.action = tasks.action

    left join effects
        on
            account_actions.account_id = effects.account_id
            and account_actions.action = effects.action

)

select
    account_id,
    action,
    state,
    called_since,
    case state
        when 'in progress' then begun_on
        when 'done' then done_begun_on
        when 'lapsed' then lapsed_begun_on
    end as begun_on,
    case state
        when 'in progress' then begun_due_on
        when 'done' then done_due_on
        when 'lapsed' then lapsed_due_on
    end as task_due_on

from states
