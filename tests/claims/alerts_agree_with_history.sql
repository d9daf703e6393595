-- What health_alerts says is in account_health_daily, and the reverse, told in another
-- way: of the days of this run every fall of a settled band and every start of a cap
-- lies in an alert, every alert begins and ends on days of its account, and no two of a
-- rule meet. Whether an alert is open is asked of the latest day.

with

account_health as (

    select
        account_health.*,
        health_bands.sort_order

    from {{ ref('account_health_daily') }} as account_health

    left join {{ ref('int_health_bands') }} as band_versions
        on
            account_health.settled_band = band_versions.band
            and account_health.snapshot_date >= band_versions.effective_from
            and account_health.snapshot_date < band_versions.effective_to

    left join {{ ref('health_bands') }} as health_bands
        on
            band_versions.band = health_bands.band
            and band_versions.effective_from = health_bands.effective_from

),

rules as (

    select * from {{ ref('alert_rules') }}

),

health_alerts as (

    select
        health_alerts.*,
        rules.kind,
        rules.band,
        rules.look_back_days,
        rules.quiet_days

    from {{ ref('health_alerts') }} as health_alerts

    inner join rules
        on health_alerts.rule = rules.rule

),

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health

),

-- older days were compared by the run that told their alerts
alert_window as (

    select * from {{ ref('int_alert_window') }}

),

-- from one day to the next
starts as (

    select
        today.account_id,
        today.snapshot_date,
        rules.rule

    from account_health as today

    inner join alert_window
        on today.snapshot_date >= alert_window.first_day

    inner join account_health as yesterday
        on
            today.account_id = yesterday.account_id
            and today.snapshot_date - 1 = yesterday.snapshot_date

    inner join rules
        on
            (
                rules.kind = 'band_fall'
                and today.settled_band = rules.band
                and today.settled_band <> yesterday.settled_band
                and today.sort_order - yesterday.sort_order >= rules.enters_at
            )
            or (
                rules.kind = 'cap'
                and today.cap is not null
                and yesterday.cap is null
            )

),

better_days as (

    select
        health_alerts.alert_id,
        max(day_before.snapshot_date) as better_on

    from health_alerts

    inner join alert_window
        on health_alerts.first_day >= alert_window.first_day

    inner join account_health as first_days
        on
            health_alerts.account_id = first_days.account_id
            and health_alerts.first_day = first_days.snapshot_date

    inner join account_health as day_before
        on
            health_alerts.account_id = day_before.account_id
            and health_alerts.first_day > day_before.snapshot_date
            and first_days.sort_order > day_before.sort_order

    where
        health_alerts.kind = 'band_fall'
        and health_alerts.band = first_days.settled_band

    group by health_alerts.alert_id

),

neighbours as (

    select
        *,
        lead(first_day) over (partition by account_id, rule order by first_day)
            as next_first_day

    from health_alerts

),

problems as (

    select
        starts.account_id,
        starts.rule,
        starts.snapshot_date as day,
        'it began on this day, and there is no alert' as problem
    from starts
    left join health_alerts
        on
            starts.account_id = health_alerts.account_id
            and starts.rule = health_alerts.rule
            and starts.snapshot_date >= health_alerts.first_day
            and starts.snapshot_date <= health_alerts.last_day
    where health_alerts.alert_id is null

    union all

    select
        health_alerts.account_id,
        health_alerts.rule,
        health_alerts.first_day,
        'an alert of a fall, and the settled band was not better before'
    from health_alerts
    inner join alert_window
        on health_alerts.first_day >= alert_window.first_day
    left join better_days
        on health_alerts.alert_id = better_days.alert_id
    where
        health_alerts.kind = 'band_fall'
        and better_days.better_on is null

    union all

    select
        health_alerts.account_id,
        health_alerts.rule,
        health_alerts.last_day,
        'it is not between days of its account, or held on more days than there are'
    from health_alerts
    inner join alert_window
        on health_alerts.last_day >= alert_window.first_day
    left join account_health
        on
            health_alerts.account_id = account_health.account_id
            and health_alerts.last_day = account_health.snapshot_date
    where
        account_health.account_id is null
        or health_alerts.first_day > health_alerts.last_day
        or health_alerts.days_held
        > cast(health_alerts.last_day - health_alerts.first_day as int) + 1

    union all

    select
        account_id,
        rule,
        last_day,
        'the next alert of the rule began before quiet_days were over'
    from neighbours
    where next_first_day <= last_day + quiet_days

    union all

    select
        health_alerts.account_id,
        health_alerts.rule,
        health_alerts.last_day,
        concat(
            'it is open, and the account is not in history on the latest day, ',
            'or has another owner or revenue'
        )
    from health_alerts
    cross join latest_day
    left join account_health
        on
            health_alerts.account_id = account_health.account_id
            and latest_day.snapshot_date = account_health.snapshot_date
    where
        health_alerts.is_open
        and (
            account_health.account_id is null
            or coalesce(account_health.arr, -1)
            <> coalesce(health_alerts.arr_at_stake, -1)
            or coalesce(account_health.owner_id, '')
            <> coalesce(health_alerts.owner_id, '')
        )

)

select * from problems
