-- One row per account per day to score: its champions, the admins of its product and
-- its customer success manager: who is known, who left, and how often they changed.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

account_days as (

    select distinct
        account_id,
        snapshot_date,
        loaded_until

    from account_day_ids

),

champions as (

    select * from {{ ref('int_contact_roles') }}

    where persona = 'champion'

),

admins as (

    select users.*

    from {{ ref('stg_usage__users') }} as users

    inner join {{ ref('role_words') }} as role_words
        on
            role_words.field = 'user_role'
            and role_words.words = users.role
            and role_words.persona = 'admin'

),

owner_changes as (

    select * from {{ ref('stg_crm__account_changes') }}

    -- the first owner is no change
    where field = 'owner_id' and old_value <> coalesce(new_value, '')

),

-- before the first of any account, nobody records them
first_records as (

    select
        (
            select min({{ known_on('left_on') }})
            from {{ ref('int_contact_roles') }}
            where left_on is not null
        ) as first_departure_on,
        (
            select min({{ known_on('deactivated_on') }})
            from {{ ref('stg_usage__users') }}
            where deactivated_on is not null
        ) as first_deactivation_on,
        (
            select min({{ known_on('changed_on') }}) from owner_changes
        ) as first_owner_change_on

),

champion_counts as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(*) as champions,
        count(
            case
                when
                    champions.left_on > account_day_ids.snapshot_date - 90
                    and champions.left_on <= account_day_ids.snapshot_date
                    then 1
            end
        ) as champions_left_90d

    from account_day_ids

    inner join champions
        on
            account_day_ids.source_account_id = champions.account_id
            and account_day_ids.snapshot_date >= champions.created_on
            and account_day_ids.loaded_until >= champions.loaded_on

    group by account_day_ids.account_id, account_day_ids.snapshot_date

),

admin_counts as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(*) as admins,
        count(
            case
                when
                    admins.deactivated_on > account_day_ids.snapshot_date - 28
                    and admins.deactivated_on <= account_day_ids.snapshot_date
                    then 1
            end
        ) as admins_left_28d

    from account_day_ids

    inner join admins
        on
            account_day_ids.source_account_id = admins.account_id
            and account_day_ids.snapshot_date >= admins.created_on
            and account_day_ids.loaded_until >= admins.loaded_on

    group by account_day_ids.account_id, account_day_ids.snapshot_date

),

owner_change_counts as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        count(*) as csm_changes_365d

    from account_days

    -- of the account itself: that of a merged one was another account's
    inner join owner_changes
        on
            account_days.account_id = owner_changes.account_id
            and account_days.snapshot_date - 365 < owner_changes.changed_on
            and account_days.snapshot_date >= owner_changes.changed_on
            and account_days.loaded_until >= owner_changes.loaded_on

    group by account_days.account_id, account_days.snapshot_date

),

stakeholders as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        coalesce(champion_counts.champions, 0) as champions,
        coalesce(champion_counts.champions_left_90d, 0) as champions_left_90d,
        coalesce(admin_counts.admins, 0) as admins,
        coalesce(admin_counts.admins_left_28d, 0) as admins_left_28d,
        {%- for record in ['departure', 'deactivation', 'owner_change'] %}
        coalesce(
            first_records.first_{{ record }}_on <= account_days.snapshot_date, false
        ) as is_{{ record }}_recorded,
        {%- endfor %}
        coalesce(owner_change_counts.csm_changes_365d, 0) as csm_changes_365d

    from account_days

    cross join first_records

    {%- for counts in ['champion_counts', 'admin_counts', 'owner_change_counts'] %}

    left join {{ counts }}
        on
            account_days.account_id = {{ counts }}.account_id
            and account_days.snapshot_date = {{ counts }}.snapshot_date
    {%- endfor %}

)

select * from stakeholders
