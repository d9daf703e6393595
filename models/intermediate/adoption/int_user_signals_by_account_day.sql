-- One row per account per day to score: the signals of adoption that count users, from
-- what was known by the end of that day.
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

department_use as (

    select * from {{ ref('int_department_use_by_account_day') }}

),

users as (

    select * from {{ ref('int_users_by_account_day') }}

),

-- where no deactivation has ever been recorded, nobody records them
first_deactivation as (

    select min({{ known_on('deactivated_on') }}) as first_deactivated_on

    from {{ ref('stg_usage__users') }}

    where deactivated_on is not null

),

measures as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        account_days.tenure_days,
        account_days.segment,
        cast(nullif(account_days.seats, 0) as double) as seats,
        use_by_account_day.core_uses_28d,
        use_by_account_day.minutes_28d,
        active_users.user_days_28d,
        active_users.uses_28d,
        active_users.top_user_uses_28d,
        active_users.active_users_28d_before,
        users.assigned_users,
        cast(nullif(users.assigned_users_28d, 0) as double) as assigned_users_28d,
        users.users_added_28d,
        case
            when first_deactivation.first_deactivated_on <= account_days.snapshot_date
                then users.users_deactivated_28d
        end as users_deactivated_28d,

        -- no use is use by nobody; use without names of users is unknown
        case
            when active_users.active_users_7d > 0 then active_users.active_users_7d
            when coalesce(use_by_account_day.use_days_7d, 0) = 0 then 0
        end as active_users_7d,
        {% for measure in ['active_users_28d', 'power_users_28d'] -%}
        case
            when active_users.active_users_28d is not null
                then active_users.{{ measure }}
            when coalesce(use_by_account_day.use_days_28d, 0) = 0 then 0
        end as {{ measure }},
        {% endfor -%}
        case
            when department_use.departments_active_28d is not null
                then department_use.departments_active_28d
            when coalesce(use_by_account_day.use_days_28d, 0) = 0 then 0
        end as departments_active_28d

    from account_days

    cross join first_deactivation

    {% for measure in ['use_by_account_day', 'active_users', 'department_use',
        'users'] %}
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
        segment,

        -- how many come, once the whole window is of a customer; shares of nobody are
        -- unknown
        case
            when tenure_days < 27 then null
            else user_days_28d / cast(nullif(28 * active_users_28d, 0) as double)
        end as dau_mau_28d,
        case when tenure_days < 27 then null else active_users_28d / seats end
            as seat_utilisation_28d,
        case when tenure_days < 6 then null else active_users_7d / seats end
            as seat_utilisation_7d,
        case
            when tenure_days < 55 then null
            else active_users_28d / cast(nullif(active_users_28d_before, 0) as double)
                - 1
        end as active_user_change_28d,
        case
            when tenure_days < 27 then null
            else active_users_28d / assigned_users_28d
        end as active_user_share_28d,
        case
            when tenure_days < 27 then null
            else cast(departments_active_28d as double)
        end as departments_active_28d,

        -- how much each does
        case when tenure_days < 27 then null else cast(power_users_28d as double) end
            as power_users_28d,
        top_user_uses_28d / cast(nullif(uses_28d, 0) as double) as top_user_share_28d,
        case
            when tenure_days < 27 then null
            else core_uses_28d / cast(nullif(active_users_28d, 0) as double)
        end as core_uses_per_active_user_28d,
        case
            when tenure_days < 27 then null
            else minutes_28d / cast(nullif(active_users_28d, 0) as double)
        end as minutes_per_active_user_28d,

        -- who there is
        case when tenure_days < 27 then null else assigned_users / seats end
            as assigned_seat_share,
        case when tenure_days < 27 then null else cast(users_added_28d as double) end
            as users_added_28d,
        case
            when tenure_days < 27 then null
            else users_deactivated_28d / assigned_users_28d
        end as users_deactivated_share_28d

    from measures

),

ranks as (

    select
        account_id,
        snapshot_date,
        count(*) over (partition by snapshot_date, segment) - 1 as peers,
        rank() over (
            partition by snapshot_date, segment order by seat_utilisation_28d
        ) - 1 as peers_below,
        count(*) over (
            partition by snapshot_date, segment, seat_utilisation_28d
        ) - 1 as equal_peers

    from signals

    where
        segment is not null
        and seat_utilisation_28d is not null

)

select
    signals.account_id,
    signals.snapshot_date,
    signals.dau_mau_28d,
    signals.seat_utilisation_28d,
    signals.seat_utilisation_7d,

    -- equals share the middle of their ranks
    case
        when ranks.peers >= 5
            then (ranks.peers_below + cast(ranks.equal_peers as double) / 2)
            / ranks.peers
    end as seat_utilisation_peer_rank_28d,
    signals.active_user_change_28d,
    signals.active_user_share_28d,
    signals.departments_active_28d,
    signals.power_users_28d,
    signals.top_user_share_28d,
    signals.core_uses_per_active_user_28d,
    signals.minutes_per_active_user_28d,
    signals.assigned_seat_share,
    signals.users_added_28d,
    signals.users_deactivated_share_28d

from signals

left join ranks
    on
        signals.account_id = ranks.account_id
        and signals.snapshot_date = ranks.snapshot_date
