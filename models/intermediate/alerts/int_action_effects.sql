-- One row per account per action that was done: of the last time that it was, the
-- signal that hurt most when it was begun, and what became of it action_effect_days
-- later.

with

done_tasks as (

    select
        *,
        row_number() over (
            partition by account_id, action
            order by completed_on desc, created_on desc, task_id asc
        ) as recency

    from {{ ref('int_action_tasks') }}

    where state = 'done'

),

last_done_tasks as (

    select * from done_tasks

    where recency = 1

),

signals_before as (

    select
        last_done_tasks.account_id,
        last_done_tasks.action,
        signals_before.signal,
        signals_before.value,
        signals_before.score,
        row_number() over (
            partition by last_done_tasks.account_id, last_done_tasks.action
            order by signals_before.contribution, signals_before.signal
        ) as hurt_rank

    from last_done_tasks

    inner join {{ ref('signal_scores_daily') }} as signals_before
        on
            last_done_tasks.account_id_then = signals_before.account_id
            and last_done_tasks.created_on = signals_before.snapshot_date
            and signals_before.status = 'measured'

    inner join {{ ref('signals') }} as signals
        on
            signals_before.signal = signals.signal
            and last_done_tasks.action = signals.action

    where
        signals_before.weight > 0
        and signals_before.signal not in (
            select action_rules.signal from {{ ref('action_rules') }} as action_rules

            where action_rules.signal is not null
        )

),

drivers_before as (

    select
        last_done_tasks.*,
        last_done_tasks.completed_on + {{ var('action_effect_days') }} as effect_on,
        signals_before.signal as driver,
        signals_before.value as value_before,
        signals_before.score as score_before

    from last_done_tasks

    left join signals_before
        on
            last_done_tasks.account_id = signals_before.account_id
            and last_done_tasks.action = signals_before.action
            and signals_before.hurt_rank = 1

),

signals_after as (

    select
        drivers_before.account_id,
        drivers_before.action,
        signals_after.value,
        signals_after.score

    from drivers_before

    inner join {{ ref('signal_scores_daily') }} as signals_after
        on
            drivers_before.account_id_after = signals_after.account_id
            and drivers_before.effect_on = signals_after.snapshot_date
            and drivers_before.driver = signals_after.signal
            and signals_after.status = 'measured'

),

action_effects as (

    select
        drivers_before.account_id,
        drivers_before.action,
        drivers_before.created_on,
        drivers_before.due_on,
        drivers_before.completed_on,
        drivers_before.effect_on,
        drivers_before.driver,
        drivers_before.value_before,
        drivers_before.score_before,
        signals_after.value as value_after,
        signals_after.score as score_after

    from drivers_before

    left join signals_after
        on
            drivers_before.account_id = signals_after.account_id
            and drivers_before.action = signals_after.action

)

select * from action_effects
