-- One row per account in scope on the latest day that the last run scored per team
-- (department) with users who are there on that day: how many, and how many of them are
-- contacts in the CRM.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('int_account_days') }}

),

account_ids as (

    select account_day_ids.*

    from {{ ref('int_account_day_ids') }} as account_day_ids

    inner join latest_day
        on account_day_ids.snapshot_date = latest_day.snapshot_date

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

teams as (

    select
        account_ids.account_id,
        account_ids.snapshot_date,
        users.department as team,
        count(distinct users.user_id) as users,
        count(distinct contacts.contact_id) as contacts

    from account_ids

    inner join {{ ref('stg_usage__users') }} as users
        on
            account_ids.source_account_id = users.account_id
            and account_ids.snapshot_date >= users.created_on
            and account_ids.loaded_until >= users.loaded_on

    left join contacts
        on
            users.contact_id = contacts.contact_id
            and account_ids.snapshot_date >= contacts.created_on
            and account_ids.loaded_until >= contacts.loaded_on
            and (
                contacts.left_on is null
                or contacts.left_on > account_ids.snapshot_date
            )

    where
        users.department is not null
        and (
            users.deactivated_on is null
            or users.deactivated_on > account_ids.snapshot_date
        )

    group by account_ids.account_id, account_ids.snapshot_date, users.department

)

select * from teams
