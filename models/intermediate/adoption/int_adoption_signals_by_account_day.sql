-- One row per account per day to score: signals from the use of the products, from what
-- was known by the end of that day.
-- Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

use_by_account_day as (

    select * from {{ ref('int_use_by_account_day') }}

),

usual_use as (

    select
        *,
        uses_28d / nullif(uses_28d_before, 0) - 1 as use_change_28d

    from {{ ref('int_usual_use_by_account_day') }}

),

-- what happened to everybody's use, where there is a fleet
fleet_use as (

    select
        snapshot_date,
        median(use_change_28d) as use_change_28d

    from usual_use

    group by snapshot_date

    having count(use_change_28d) >= 5

),

user_signals as (

    select * from {{ ref('int_user_signals_by_account_day') }}

),

users as (

    select * from {{ ref('int_users_by_account_day') }}

),

core_feature_use as (

    select * from {{ ref('int_core_feature_use_by_account_day') }}

),

new_feature_use as (

    select * from {{ ref('int_new_feature_use_by_account_day') }}

),

first_use as (

    select min(event_date) as first_use_on from {{ ref('int_user_feature_days') }}

    where account_id is not null

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- how often, once the whole window is of a customer
        case
            when account_days.tenure_days < 27 then null
            else cast(coalesce(use_by_account_day.use_days_28d, 0) as double)
        end as login_days_28d,
        case
            when account_days.tenure_days < 55 then null
            else use_by_account_day.use_days_28d
                / cast(nullif(use_by_account_day.use_days_28d_before, 0) as double) - 1
        end as login_day_change_28d,

        -- with use by any account from 365 days before, silence since then is known
        case
            when use_by_account_day.last_use_on is not null
                then cast(
                    cast(
                        account_days.snapshot_date - use_by_account_day.last_use_on
                        as int
                    ) as double
                )
            when
                account_days.tenure_days >= 365
                and first_use.first_use_on <= account_days.snapshot_date - 365
                then cast(365 as double)
        end as days_since_last_use,

        -- how much, against before, everybody and the account's own year
        usual_use.use_change_28d,
        usual_use.use_change_28d - fleet_use.use_change_28d
            as fleet_adjusted_use_change_28d,
        case
            when usual_use.usual_windows >= 6
                then (usual_use.uses_28d - usual_use.usual_uses_28d)
                / nullif(usual_use.usual_deviation_28d, 0)
        end as use_z_score_365d,
        usual_use.uses_28d / nullif(usual_use.uses_28d_year_before, 0)
            as seasonal_use_ratio_365d,

        -- by how many users
        user_signals.dau_mau_28d,
        user_signals.seat_utilisation_28d,
        user_signals.seat_utilisation_7d,
        user_signals.seat_utilisation_peer_rank_28d,
        user_signals.active_user_change_28d,
        user_signals.active_user_share_28d,
        user_signals.departments_active_28d,
        user_signals.power_users_28d,
        user_signals.top_user_share_28d,
        user_signals.core_uses_per_active_user_28d,
        user_signals.minutes_per_active_user_28d,
        user_signals.assigned_seat_share,
        user_signals.users_added_28d,
        user_signals.users_deactivated_share_28d,

        -- of which features: use without their names is unknown
        case
            when account_days.tenure_days < 27 then null
            when not coalesce(use_by_account_day.is_unknown_use_28d, false)
                then core_feature_use.core_features_used_28d
                / cast(nullif(core_feature_use.core_features, 0) as double)
        end as feature_breadth_28d,
        case
            when account_days.tenure_days < 55 then null
            when
                not coalesce(use_by_account_day.is_unknown_use_28d, false)
                and not coalesce(use_by_account_day.is_unknown_use_28d_before, false)
                then cast(core_feature_use.core_features_abandoned_56d as double)
        end as abandoned_features_56d,
        case
            when account_days.tenure_days < 89 then null
            when not coalesce(use_by_account_day.is_unknown_use_90d, false)
                then new_feature_use.new_features_tried_90d
                / cast(nullif(new_feature_use.new_features_90d, 0) as double)
        end as new_feature_share_90d,

        -- how firmly and how well it works
        case
            when account_days.tenure_days < 27 then null
            else cast(users.active_integrations as double)
        end as integrations_active,
        use_by_account_day.failed_quantity_28d
        / cast(nullif(use_by_account_day.quantity_with_outcome_28d, 0) as double)
            as error_share_28d

    from account_days

    cross join first_use

    left join fleet_use
        on account_days.snapshot_date = fleet_use.snapshot_date

    {% for measure in ['use_by_account_day', 'usual_use', 'user_signals', 'users',
        'core_feature_use', 'new_feature_use'] %}
    left join {{ measure }}
        on
            account_days.account_id = {{ measure }}.account_id
            and account_days.snapshot_date = {{ measure }}.snapshot_date
    {% endfor %}

)

select * from signals
