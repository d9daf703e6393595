-- One row per account of the latest day that needs attention, since its score lies
-- below healthy or an alert is open: most revenue at risk first, and what to do first.

with

account_health_current as (

    select * from {{ ref('account_health_current') }}

),

actions as (

    select * from {{ ref('actions') }}

),

open_alerts as (

    select * from {{ ref('int_open_alerts') }}

),

last_touches as (

    select * from {{ ref('int_last_touches') }}

),

-- the best band begins at this score
healthy as (

    select
        effective_from,
        effective_to,
        max(min_score) as healthy_from

    from {{ ref('int_health_bands') }}

    group by effective_from, effective_to

),

ranked_actions as (

    select
        *,
        row_number() over (
            partition by account_id order by points_to_gain desc nulls last, action asc
        ) as place

    from {{ ref('recommended_actions') }}

    where state in ('open', 'in progress')

),

accounts as (

    select
        account_health.account_id,
        account_health.account_name,
        account_health.snapshot_date,
        account_health.owner_id,
        account_health.health_score,
        account_health.health_band,
        account_health.settled_band,
        account_health.change_28d,
        account_health.hurting_signals,
        account_health.arr,
        account_health.days_to_renewal,
        coalesce(open_alerts.open_alerts, 0) as open_alerts,
        open_alerts.severity,
        open_alerts.alerts_in_words,
        open_alerts.first_day as alert_day,

        -- without a driver, what the most pressing alert calls for
        coalesce(ranked_actions.action, open_alerts.action) as top_action,
        case when ranked_actions.action is null then open_alerts.action end
            as alert_action,
        ranked_actions.state as action_state,
        ranked_actions.due_on as action_due_on,
        ranked_actions.driver,
        ranked_actions.points_to_gain as action_points,

        -- how far the score is below healthy, as a share of the way down to 0: one
        -- scale for all, while a forecast is there only for some
        case
            when account_health.health_score >= healthy.healthy_from then 0
            else
                (healthy.healthy_from - account_health.health_score)
                / nullif(healthy.healthy_from, 0)
        end as share_at_risk

    from account_health_current as account_health

    inner join healthy
        on
            account_health.snapshot_date >= healthy.effective_from
            and account_health.snapshot_date < healthy.effective_to

    left join open_alerts
        on account_health.account_id = open_alerts.account_id

    left join ranked_actions
        on
            account_health.account_id = ranked_actions.account_id
            and ranked_actions.place = 1

    where
        account_health.health_score < healthy.healthy_from
        or open_alerts.account_id is not null

),

dated_accounts as (

    select
        accounts.*,
        actions.title,
        actions.owner_role,
        {{ rounded('accounts.arr * accounts.share_at_risk', 2) }} as revenue_at_risk,
        case
            when accounts.alert_action is null then accounts.action_due_on
            else accounts.alert_day + actions.due_in_days
        end as due_on,
        last_touches.last_touch_on

    from accounts

    left join actions
        on accounts.top_action = actions.action

    left join last_touches
        on accounts.account_id = last_touches.account_id

),

work_list as (

    select
        -- keys
        account_id,
        account_name,
        snapshot_date,
        owner_id,

        -- which first
        {%- for place, whose in {
            'place': '', 'place_of_owner': 'partition by owner_id '
        }.items() %}
        cast(
            row_number() over (
                {{ whose }}order by
                    revenue_at_risk desc nulls last,
                    arr desc nulls last,
                    account_id asc
            ) as int
        ) as {{ place }},
        {%- endfor %}
        revenue_at_risk,
        {{ rounded('share_at_risk', 6) }} as share_at_risk,
        arr,

        -- health
        health_score,
        health_band,
        settled_band,
        change_28d,
        hurting_signals,

        -- alerts
        open_alerts,
        severity,
        alerts_in_words,

        -- what to do first
        top_action,
        title,
        owner_role,
        case
            when top_action is not null then coalesce(action_state, 'open')
        end as action_state,
        due_on,
        due_on < snapshot_date as is_overdue,
        driver,
        action_points as points_to_gain,

        -- dates
        days_to_renewal,
        snapshot_date + days_to_renewal as next_renewal_on,
        last_touch_on,
        cast(snapshot_date - last_touch_on as int) as days_since_last_touch

    from dated_accounts

)

select * from work_list
