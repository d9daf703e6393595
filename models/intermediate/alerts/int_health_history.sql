-- One row per account per day that alert rules read: the days of which this run tells
-- the alerts (is_due), and those before that the rules look back at.

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

alert_window as (

    select * from {{ ref('int_alert_window') }}

),

account_days as (

    select
        account_health_daily.*,
        account_health_daily.snapshot_date >= alert_window.first_day as is_due,
        cast(
            account_health_daily.snapshot_date - cast('1900-01-01' as date) as int
        ) as day_number,
        lag(account_health_daily.snapshot_date) over (
            partition by account_health_daily.account_id
            order by account_health_daily.snapshot_date
        ) as day_before,
        lag(account_health_daily.scorecard) over (
            partition by account_health_daily.account_id
            order by account_health_daily.snapshot_date
        ) as scorecard_before,
        lag(account_health_daily.scorecard_version) over (
            partition by account_health_daily.account_id
            order by account_health_daily.snapshot_date
        ) as version_before

    from account_health_daily

    inner join alert_window
        on account_health_daily.snapshot_date >= alert_window.read_from

),

health_history as (

    select
        -- keys
        account_id,
        snapshot_date,
        is_due,

        -- score
        health_score,
        uncapped_health_score,
        case
            when relationship_score is null or relationship_score > impact_score
                then impact_score
            else relationship_score
        end as lower_axis_score,
        case
            when relationship_score is null or relationship_score > impact_score
                then 'impact'
            else 'relationship'
        end as lower_axis,
        coverage,
        health_band,
        settled_band,
        cap,
        scorecard,
        scorecard_version,

        -- what was true of the account
        owner_id,
        arr,
        tenure_days,
        days_to_renewal,
        run_id,

        -- the days before
        max(
            case
                when
                    day_before = snapshot_date - 1
                    and scorecard = scorecard_before
                    and scorecard_version = version_before
                    then null
                else snapshot_date
            end
        ) over (
            partition by account_id
            order by snapshot_date
            rows between unbounded preceding and current row
        ) as scorecard_since,
        max(case when health_score is not null then snapshot_date end) over (
            partition by account_id
            order by snapshot_date
            rows between unbounded preceding and current row
        ) as last_scored_on,

        -- the number of the day, which stands still on days without a score
        day_number,
        day_number - cast(
            sum(case when is_due and health_score is null then 1 else 0 end) over (
                partition by account_id
                order by snapshot_date
                rows between unbounded preceding and current row
            ) as int
        ) as scored_day_number

    from account_days

)

select * from health_history
