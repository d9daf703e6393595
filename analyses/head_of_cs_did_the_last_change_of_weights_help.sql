-- Head of customer success: did the last change of weights help? Per scorecard in
-- force: the version, since when, and how well the last scores of the version before
-- and its own first scores told which of the same accounts were lost since (auc: 0.5
-- is chance). Beside it what the what-if promised while the version was a candidate. A
-- month is early: with few accounts lost since, nothing can be told yet.

with

versions as (

    select
        scorecard,
        scorecard_version,
        min(snapshot_date) as first_day,
        max(snapshot_date) as last_day

    from account_health_daily

    group by scorecard, scorecard_version

),

changes as (

    select
        *,
        lag(scorecard_version) over (
            partition by scorecard order by first_day
        ) as version_before,
        lag(last_day) over (partition by scorecard order by first_day)
            as last_day_before,
        max(last_day) over () as latest_day

    from versions

),

in_force as (

    select * from changes

    where last_day = latest_day

),

lost as (

    select distinct
        in_force.scorecard,
        account_outcomes.account_id

    from in_force

    inner join account_outcomes
        on in_force.first_day < account_outcomes.outcome_date

    where account_outcomes.outcome in ('churned', 'inactive')

),

-- who was scored by both, and lost since the change
scores as (

    select
        in_force.scorecard,
        after_change.account_id,
        before_change.health_score as score_before,
        after_change.health_score as score_after,
        lost.account_id is not null as is_lost

    from in_force

    inner join account_health_daily as after_change
        on
            in_force.first_day = after_change.snapshot_date
            and in_force.scorecard = after_change.scorecard
            and after_change.health_score is not null

    inner join account_health_daily as before_change
        on
            in_force.last_day_before = before_change.snapshot_date
            and after_change.account_id = before_change.account_id
            and in_force.scorecard = before_change.scorecard
            and before_change.health_score is not null

    left join lost
        on
            after_change.account_id = lost.account_id
            and in_force.scorecard = lost.scorecard

),

pairs as (

    select
        gone.scorecard,
        avg(
            case
                when gone.score_before < kept.score_before then 1.0
                when gone.score_before = kept.score_before then 0.5
                else 0.0
            end
        ) as auc_before,
        avg(
            case
                when gone.score_after < kept.score_after then 1.0
                when gone.score_after = kept.score_after then 0.5
                else 0.0
            end
        ) as auc_after

    from scores as gone

    inner join scores as kept
        on gone.scorecard = kept.scorecard

    where
        gone.is_lost
        and not kept.is_lost

    group by gone.scorecard

),

counts as (

    select
        scorecard,
        count(*) as accounts,
        count(case when is_lost then 1 end) as lost_since,
        avg(score_after - score_before) as mean_change

    from scores

    group by scorecard

),

promises as (

    select
        scorecard,
        scorecard_version,
        max_by(verdict, evaluated_on) as verdict,
        max_by(difference, evaluated_on) as difference

    from scorecard_what_if_summary

    group by scorecard, scorecard_version

)

select
    in_force.scorecard,
    in_force.scorecard_version,
    in_force.version_before,
    in_force.first_day,
    counts.accounts,
    round(counts.mean_change, 1) as mean_change_in_points,
    counts.lost_since,
    round(pairs.auc_before, 3) as auc_before,
    round(pairs.auc_after, 3) as auc_after,
    promises.verdict as promised,
    round(promises.difference, 3) as promised_difference,
    case
        when in_force.version_before is null then 'no version before it has scored'
        when counts.accounts is null then 'no account was scored by both'
        when counts.lost_since < 10
            then concat('too early: ', counts.lost_since, ' lost since')
        when pairs.auc_after > pairs.auc_before then 'it tells better so far'
        when pairs.auc_after < pairs.auc_before then 'it tells worse so far'
        else 'it tells as well as before'
    end as words

from in_force

left join counts
    on in_force.scorecard = counts.scorecard

left join pairs
    on in_force.scorecard = pairs.scorecard

left join promises
    on
        in_force.scorecard = promises.scorecard
        and in_force.scorecard_version = promises.scorecard_version

order by in_force.first_day desc, in_force.scorecard asc
