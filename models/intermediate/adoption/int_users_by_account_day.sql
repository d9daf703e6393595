-- One row per account per day to score: the users that it has, those that it had at any
-- time in the last 28 days, those added and deactivated in them, and the integrations
-- that are on.

with

account_day_ids as (

    select
        *,

        -- a restated day has no limit on arrival
        loaded_until > snapshot_date + {{ var('late_data_days') }} as is_restated

    from {{ ref('int_account_day_ids') }}

),

users as (

    select * from {{ ref('stg_usage__users') }}

),

integrations as (

    select * from {{ ref('stg_usage__integrations') }}

),

account_ids as (

    select distinct
        account_id,
        ids_since,
        is_restated,
        source_account_id

    from account_day_ids

),

records as (

    select
        account_id,
        created_on as begins_on,
        deactivated_on as ends_on,
        loaded_on,
        1 as is_user

    from users

    union all

    select
        account_id,
        activated_on as begins_on,
        deactivated_on as ends_on,
        loaded_on,
        0 as is_user

    from integrations

),

known_records as (

    select
        account_ids.account_id,
        account_ids.ids_since,
        account_ids.is_restated,
        records.begins_on,
        records.ends_on,
        records.is_user,

        -- the first day that can know it
        case
            when
                not account_ids.is_restated
                and records.loaded_on - {{ var('late_data_days') }} > records.begins_on
                then records.loaded_on - {{ var('late_data_days') }}
            else records.begins_on
        end as known_on

    from account_ids

    inner join records
        on account_ids.source_account_id = records.account_id

),

-- what each record adds to the counts, and from which day on: one pass in order of time
-- then sees all days to score
changes as (

    select
        account_id,
        ids_since,
        is_restated,
        known_on as day,
        is_user as assigned_users,
        is_user as assigned_users_28d,
        is_user as users_added_28d,
        0 as users_deactivated_28d,
        1 - is_user as active_integrations

    from known_records

    union all

    select
        account_id,
        ids_since,
        is_restated,
        greatest(begins_on + 28, known_on) as day,
        0 as assigned_users,
        0 as assigned_users_28d,
        -is_user as users_added_28d,
        0 as users_deactivated_28d,
        0 as active_integrations

    from known_records

    union all

    select
        account_id,
        ids_since,
        is_restated,
        greatest(ends_on, known_on) as day,
        -is_user as assigned_users,
        0 as assigned_users_28d,
        0 as users_added_28d,
        is_user as users_deactivated_28d,
        is_user - 1 as active_integrations

    from known_records

    where ends_on is not null

    union all

    select
        account_id,
        ids_since,
        is_restated,
        greatest(ends_on + 28, known_on) as day,
        0 as assigned_users,
        -is_user as assigned_users_28d,
        0 as users_added_28d,
        -is_user as users_deactivated_28d,
        0 as active_integrations

    from known_records

    where ends_on is not null

),

days as (

    select
        *,
        false as is_to_score

    from changes

    union all

    select distinct
        account_id,
        ids_since,
        is_restated,
        snapshot_date as day,
        0 as assigned_users,
        0 as assigned_users_28d,
        0 as users_added_28d,
        0 as users_deactivated_28d,
        0 as active_integrations,
        true as is_to_score

    from account_day_ids

),

counts as (

    select
        account_id,
        day as snapshot_date,
        is_to_score,
        sum(assigned_users) over by_day as assigned_users,
        sum(assigned_users_28d) over by_day as assigned_users_28d,
        sum(users_added_28d) over by_day as users_added_28d,
        sum(users_deactivated_28d) over by_day as users_deactivated_28d,
        sum(active_integrations) over by_day as active_integrations

    from days

    window
        -- with all changes of the day
        by_day as (
            partition by account_id, ids_since, is_restated
            order by day
            range between unbounded preceding and current row
        )

),

users_by_account_day as (

    select
        account_id,
        snapshot_date,
        assigned_users,
        assigned_users_28d,
        users_added_28d,
        users_deactivated_28d,
        active_integrations

    from counts

    where is_to_score

)

select * from users_by_account_day
