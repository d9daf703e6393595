-- One row per account per action that was done: of the last time that it was, the
-- signal that hurt most when it was begun, and what became of it action_effect_days
-- later.

with

signal_scores_daily as (

    select * from {{ ref('signal_scores_daily') }}

    where status = 'measured'

),

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

    inner join signal_scores_daily as signals_before
        on
            last_done_tasks.account_id_then = signals_before.account_id
            and last_done_tasks.created_on = signals_before.snapshot_date

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

action_effects as (

    select
        last_done_tasks.account_id,
        last_done_tasks.action,
        last_done_tasks.created_on,
        last_done_tasks.due_on,
        last_done_tasks.completed_on,
        last_done_tasks.completed_on + {{ var('action_effect_days') }} as effect_on,
        signals_before.signal as driver,
        signals_before.value as value_before,
        signals_before.score as score_before,
        signals_after.value as value_after,
        signals_after.score as score_after

    from last_done_tasks

    left join signals_before
        on
            last_done_tasks.account_id = signals_before.account_id
            and last_done_tasks.action = signals_before.action
            and signals_before.hurt_rank = 1

    left join signal_scores_daily as signals_after
        on
            last_done_tasks.account_id_after = signals_after.account_id
            and last_done_tasks.completed_on + {{ var('action_effect_days') }}
            = signals_after.snapshot_date
            and signals_before.signal = signals_after.signal

)

select * from action_effects
