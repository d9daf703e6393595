-- One row per account of the latest day of history per action that is called for, after
-- the rules of its band and stage: at most so many, worth so much. And since when.

with

drivers as (

    select
        drivers.*,
        actions.effort

    from {{ ref('int_drivers') }} as drivers

    inner join {{ ref('actions') }} as actions
        on drivers.action = actions.action

),

action_rules as (

    select * from {{ ref('action_rules') }}

    -- int_drivers has left these signals out
    where signal is null

),

-- all rules that fit hold; what a rule leaves blank is any
ruled_drivers as (

    select
        drivers.account_id,
        drivers.action,
        drivers.points_to_gain,
        action_rules.rule,
        action_rules.max_actions,
        coalesce(action_rules.max_actions = 0, false)
        or coalesce(drivers.points_to_gain < action_rules.minimum_points, false)
            as is_refused

    from drivers

    left join action_rules
        on
            (action_rules.action is null or drivers.action = action_rules.action)
            and (action_rules.effort is null or drivers.effort = action_rules.effort)
            and (action_rules.band is null or drivers.band = action_rules.band)
            and (
                action_rules.lifecycle_stage is null
                or drivers.lifecycle_stage = action_rules.lifecycle_stage
            )

),

refused_drivers as (

    select distinct
        account_id,
        action

    from ruled_drivers

    where is_refused

),

-- a refused action takes no place from another
placed_drivers as (

    select
        ruled_drivers.account_id,
        ruled_drivers.action,
        ruled_drivers.max_actions,
        row_number() over (
            partition by ruled_drivers.account_id, ruled_drivers.rule
            order by ruled_drivers.points_to_gain desc, ruled_drivers.action asc
        ) as place

    from ruled_drivers

    left join refused_drivers
        on
            ruled_drivers.account_id = refused_drivers.account_id
            and ruled_drivers.action = refused_drivers.action

    where refused_drivers.account_id is null

),

called_drivers as (

    select
        account_id,
        action

    from placed_drivers

    group by account_id, action

    having max(case when place > max_actions then 1 else 0 end) = 0

),

driver_days as (

    select
        drivers.account_id,
        drivers.action,
        signal_scores.snapshot_date,
        lag(signal_scores.snapshot_date) over (
            partition by drivers.account_id, drivers.action
            order by signal_scores.snapshot_date
        ) as day_before

    from drivers

    inner join called_drivers
        on
            drivers.account_id = called_drivers.account_id
            and drivers.action = called_drivers.action

    inner join {{ ref('signal_scores_daily') }} as signal_scores
        on
            drivers.account_id = signal_scores.account_id
            and drivers.driver = signal_scores.signal
            and signal_scores.snapshot_date
            > drivers.snapshot_date - {{ var('action_look_back_days') }}

    where signal_scores.score < 50

),

-- what hurts again within action_quiet_days has not stopped
reasons as (

    select
        account_id,
        action,
        max(
            case
                when snapshot_date <= day_before + {{ var('action_quiet_days') }}
                    then null
                else snapshot_date
            end
        ) as since

    from driver_days

    group by account_id, action

)

select
    drivers.*,
    reasons.since

from drivers

inner join reasons
    on
        drivers.account_id = reasons.account_id
        and drivers.action = reasons.action
