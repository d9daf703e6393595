-- Every rule that seeds/action_rules.csv must keep, in words: which row, and what is
-- wrong. Not part of policy_is_sound: actions do not make history, so a mistake in them
-- must not keep a day from being stored.

with

action_rules as (

    select * from {{ ref('action_rules') }}

),

bands as (

    select distinct band from {{ ref('health_bands') }}

),

problems as (

    select
        action_rules.rule,
        concat('unknown action ', action_rules.action) as problem
    from action_rules
    left join {{ ref('actions') }} as actions
        on action_rules.action = actions.action
    where action_rules.action is not null and actions.action is null

    union all

    select
        action_rules.rule,
        concat('unknown band ', action_rules.band)
    from action_rules
    left join bands
        on action_rules.band = bands.band
    where action_rules.band is not null and bands.band is null

    union all

    select
        action_rules.rule,
        concat('unknown lifecycle_stage ', action_rules.lifecycle_stage)
    from action_rules
    left join {{ ref('lifecycle_stages') }} as lifecycle_stages
        on action_rules.lifecycle_stage = lifecycle_stages.stage
    where
        action_rules.lifecycle_stage is not null
        and lifecycle_stages.stage is null

    union all

    select
        rule,
        concat(
            'effort must be light, full or blank, max_actions 0 or more or blank, ',
            'and a reason be given'
        )
    from action_rules
    where
        effort not in ('light', 'full')
        or max_actions < 0
        or reason is null

    union all

    select
        action_rules.rule,
        concat(
            'a rule on a signal needs one in signals, max_actions 0, ',
            'and nothing else: ', action_rules.signal
        )
    from action_rules
    left join {{ ref('signals') }} as signals
        on action_rules.signal = signals.signal
    where
        action_rules.signal is not null
        and (
            signals.signal is null
            or coalesce(action_rules.max_actions, 1) <> 0
            or action_rules.action is not null
            or action_rules.effort is not null
            or action_rules.band is not null
            or action_rules.lifecycle_stage is not null
        )

    union all

    select
        bands.band,
        concat(
            'this band has no row with max_actions for any action and stage: ',
            'its accounts would get every action at once'
        )
    from bands
    left join action_rules
        on
            bands.band = action_rules.band
            and action_rules.action is null
            and action_rules.effort is null
            and action_rules.lifecycle_stage is null
            and action_rules.max_actions is not null
    where action_rules.rule is null

)

select
    'action_rules' as seed,
    rule,
    problem

from problems
