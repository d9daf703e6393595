-- One row per account per day of history: what alert rules look at, and what was known
-- of the days before.

with

account_health_daily as (

    select
        account_id,
        snapshot_date,
        health_score,
        uncapped_health_score,
        relationship_score,
        impact_score,
        coverage,
        health_band,
        settled_band,
        cap,
        scorecard,
        scorecard_version,
        owner_id,
        arr,
        tenure_days,
        days_to_renewal,
        cast(snapshot_date - cast('1900-01-01' as date) as int) as day_number,
        lag(scorecard) over (partition by account_id order by snapshot_date)
            as scorecard_before,
        lag(scorecard_version) over (partition by account_id order by snapshot_date)
            as version_before

    from {{ ref('account_health_daily') }}

),

health_history as (

    select
        -- keys
        account_id,
        snapshot_date,

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

        -- the days before
        day_number,
        min(snapshot_date) over (partition by account_id) as first_day,
        max(
            case
                when scorecard = scorecard_before and scorecard_version = version_before
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
        day_number - cast(
            sum(case when health_score is null then 1 else 0 end) over (
                partition by account_id
                order by snapshot_date
                rows between unbounded preceding and current row
            ) as int
        ) as scored_day_number

    from account_health_daily

)

select * from health_history
