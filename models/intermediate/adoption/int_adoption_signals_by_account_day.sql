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

active_users as (

    select * from {{ ref('int_active_users_by_account_day') }}

),

core_feature_use as (

    select * from {{ ref('int_core_feature_use_by_account_day') }}

),

first_use as (

    select min(event_date) as first_use_on from {{ ref('int_user_feature_days') }}

    where account_id is not null

),

measures as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        account_days.tenure_days,
        account_days.seats,
        use_by_account_day.last_use_on,
        coalesce(use_by_account_day.use_days_28d, 0) as use_days_28d,
        use_by_account_day.quantity_with_outcome_28d,
        use_by_account_day.failed_quantity_28d,
        active_users.user_days_28d,
        active_users.uses_28d,
        active_users.top_user_uses_28d,
        active_users.active_users_28d_before,
        core_feature_use.core_features,

        -- with use by any account from 365 days before, silence since then is known
        account_days.tenure_days >= 365
        and first_use.first_use_on <= account_days.snapshot_date - 365
            as is_silence_known,

        -- no use is no user and no feature; use without their names is unknown
        case
            when active_users.active_users_28d is not null
                then active_users.active_users_28d
            when coalesce(use_by_account_day.use_days_28d, 0) = 0 then 0
        end as active_users_28d,
        case
            when not coalesce(use_by_account_day.is_unknown_use_28d, false)
                then core_feature_use.core_features_used_28d
        end as core_features_used_28d

    from account_days

    cross join first_use

    {% for measure in ['use_by_account_day', 'active_users', 'core_feature_use'] %}
    left join {{ measure }}
        on
            account_days.account_id = {{ measure }}.account_id
            and account_days.snapshot_date = {{ measure }}.snapshot_date
    {% endfor %}

),

signals as (

    select
        account_id,
        snapshot_date,

        -- how often, once the whole window is of a customer
        case when tenure_days < 27 then null else cast(use_days_28d as double) end
            as login_days_28d,
        case
            when last_use_on is not null
                then cast(cast(snapshot_date - last_use_on as int) as double)
            when is_silence_known then cast(365 as double)
        end as days_since_last_use,

        -- by how many users: shares of nobody are unknown
        case
            when tenure_days < 27 then null
            else user_days_28d / cast(nullif(28 * active_users_28d, 0) as double)
        end as dau_mau_28d,
        case
            when tenure_days < 27 then null
            else active_users_28d / cast(nullif(seats, 0) as double)
        end as seat_utilisation_28d,
        case
            when tenure_days < 27 then null
            else core_features_used_28d / cast(nullif(core_features, 0) as double)
        end as feature_breadth_28d,
        case
            when tenure_days < 55 then null
            else active_users_28d / cast(nullif(active_users_28d_before, 0) as double)
                - 1
        end as active_user_change_28d,
        top_user_uses_28d / cast(nullif(uses_28d, 0) as double) as top_user_share_28d,

        -- how well it works
        failed_quantity_28d / cast(nullif(quantity_with_outcome_28d, 0) as double)
            as error_share_28d

    from measures

)

select * from signals
