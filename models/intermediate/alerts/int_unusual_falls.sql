-- One row per account per due day per rule of the kind unusual_fall on which the score
-- had fallen enough to be looked at: by how many times what was usual for the account.
-- Without what caps do to the score: they have alerts of their own.

{{ config(materialized='view') }}

with

health_history as (

    select * from {{ ref('int_health_history') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

    where kind = 'unusual_fall'

),

changes as (

    select
        health_history.account_id,
        health_history.snapshot_date,
        health_history.is_due,
        health_history.uncapped_health_score as score,
        score_before.uncapped_health_score as score_before,
        rules.rule,
        {{ rounded(
            'health_history.uncapped_health_score'
            ~ ' - score_before.uncapped_health_score', 4
        ) }} as change

    from health_history

    cross join rules

    -- what another scorecard says is no movement of the account
    inner join health_history as score_before
        on
            health_history.account_id = score_before.account_id
            and health_history.snapshot_date - rules.change_days
            = score_before.snapshot_date
            and health_history.scorecard = score_before.scorecard
            and health_history.scorecard_version = score_before.scorecard_version

),

-- no smaller fall can be unusual enough: few rows go on
falls as (

    select
        changes.account_id,
        changes.snapshot_date,
        changes.score,
        changes.score_before,
        changes.change,
        rules.rule,
        rules.minimum_days,
        rules.usual_at_least,

        -- the usual is that of the days before the fall began
        changes.snapshot_date - rules.change_days as usual_until,
        changes.snapshot_date - rules.change_days - rules.look_back_days as usual_after

    from changes

    inner join rules
        on changes.rule = rules.rule

    where
        changes.is_due
        and changes.change <= -rules.stays_at * rules.usual_at_least

),

usual_changes as (

    select
        falls.account_id,
        falls.snapshot_date,
        falls.rule,
        {{ exact_sum('abs(changes.change)', 4) }} / count(*) as usual_change

    from falls

    inner join changes
        on
            falls.account_id = changes.account_id
            and falls.rule = changes.rule
            and falls.usual_after < changes.snapshot_date
            and falls.usual_until >= changes.snapshot_date

    where changes.change is not null

    group by falls.account_id, falls.snapshot_date, falls.rule, falls.minimum_days

    having count(*) >= falls.minimum_days

),

unusual_falls as (

    select
        falls.account_id,
        falls.snapshot_date,
        falls.rule,
        falls.score,
        falls.score_before,
        {{ rounded(
            '-falls.change / case'
            ~ ' when usual_changes.usual_change > falls.usual_at_least'
            ~ ' then usual_changes.usual_change else falls.usual_at_least end', 4
        ) }} as times_usual

    from falls

    inner join usual_changes
        on
            falls.account_id = usual_changes.account_id
            and falls.snapshot_date = usual_changes.snapshot_date
            and falls.rule = usual_changes.rule

)

select * from unusual_falls
