-- One row per account per day per rule of the kind unusual_fall on which the score had
-- fallen enough to be looked at: by how many times what was usual for the account.
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
        health_history.first_day,
        rules.rule,
        rules.change_days,
        rules.look_back_days,
        rules.minimum_days,
        rules.usual_at_least,
        rules.stays_at,
        health_history.uncapped_health_score as score,
        score_before.uncapped_health_score as score_before,

        -- what another scorecard says is no movement of the account
        {{ rounded(
            'health_history.uncapped_health_score'
            ~ ' - score_before.uncapped_health_score', 4
        ) }} as change

    from health_history

    cross join rules

    left join health_history as score_before
        on
            health_history.account_id = score_before.account_id
            and health_history.snapshot_date - rules.change_days
            = score_before.snapshot_date
            and health_history.scorecard = score_before.scorecard
            and health_history.scorecard_version = score_before.scorecard_version

),

-- sums from the first day on: what lies between two days is their difference
running_sums as (

    select
        account_id,
        snapshot_date,
        rule,
        sum(cast(abs(change) as decimal(18, 4))) over (
            partition by rule, account_id
            order by snapshot_date
            rows between unbounded preceding and current row
        ) as moved,
        count(change) over (
            partition by rule, account_id
            order by snapshot_date
            rows between unbounded preceding and current row
        ) as changes

    from changes

),

-- the usual is that of the days before the fall began; a day that history lacks at the
-- far end leaves it unknown, unless the account was not there yet
window_sums as (

    select
        changes.*,
        sums_before.changes - coalesce(
            sums_at_far_end.changes,
            case
                when
                    changes.snapshot_date - changes.change_days - changes.look_back_days
                    < changes.first_day
                    then 0
            end
        ) as changes_in_window,
        coalesce(sums_before.moved, 0) - coalesce(sums_at_far_end.moved, 0)
            as moved_in_window

    from changes

    inner join running_sums as sums_before
        on
            changes.rule = sums_before.rule
            and changes.account_id = sums_before.account_id
            and changes.snapshot_date - changes.change_days = sums_before.snapshot_date

    left join running_sums as sums_at_far_end
        on
            changes.rule = sums_at_far_end.rule
            and changes.account_id = sums_at_far_end.account_id
            and changes.snapshot_date - changes.change_days - changes.look_back_days
            = sums_at_far_end.snapshot_date

    -- no smaller fall can be unusual enough: few rows go on
    where changes.change <= -changes.stays_at * changes.usual_at_least

),

usual_changes as (

    select
        *,
        case
            when changes_in_window >= minimum_days
                then cast(moved_in_window as double) / nullif(changes_in_window, 0)
        end as usual_change

    from window_sums

),

unusual_falls as (

    select
        account_id,
        snapshot_date,
        rule,
        score,
        score_before,
        {{ rounded(
            '-change / case when usual_change > usual_at_least'
            ~ ' then usual_change else usual_at_least end', 4
        ) }} as times_usual

    from usual_changes

    where usual_change is not null

)

select * from unusual_falls
