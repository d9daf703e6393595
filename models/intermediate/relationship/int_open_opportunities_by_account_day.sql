-- One row per account per day to score with an open opportunity: how many list contacts
-- who are still there, and on how many of these at most one was touched in 90 days.

with

open_opportunities as (

    select * from {{ ref('int_account_day_open_opportunities') }}

),

opportunity_contacts as (

    select * from {{ ref('stg_crm__opportunity_contacts') }}

),

contact_roles as (

    select * from {{ ref('int_contact_roles') }}

),

touches as (

    select * from {{ ref('int_activity_touches') }}

    where is_touch

),

-- before the first opportunity is closed, nobody knows which are open
first_closing as (

    select min({{ known_on('closed_on') }}) as known_on

    from {{ ref('stg_crm__opportunities') }}

),

contacts_by_opportunity as (

    select
        open_opportunities.account_id,
        open_opportunities.snapshot_date,
        open_opportunities.opportunity_id,

        -- nobody is listed before there is a record of them
        count(
            case
                when contact_roles.created_on > open_opportunities.snapshot_date
                    then null
                when contact_roles.loaded_on > open_opportunities.loaded_until then null
                else opportunity_contacts.contact_id
            end
        ) as listed_contacts,
        count(
            distinct case
                when
                    contact_roles.left_on is null
                    or contact_roles.left_on > open_opportunities.snapshot_date
                    or contact_roles.loaded_on > open_opportunities.loaded_until
                    then touches.contact_id
            end
        ) as engaged_contacts

    from open_opportunities

    left join opportunity_contacts
        on
            open_opportunities.opportunity_id = opportunity_contacts.opportunity_id
            and (
                opportunity_contacts.loaded_on is null
                or opportunity_contacts.loaded_on <= open_opportunities.loaded_until
            )

    left join contact_roles
        on opportunity_contacts.contact_id = contact_roles.contact_id

    left join touches
        on
            opportunity_contacts.contact_id = touches.contact_id
            and open_opportunities.snapshot_date - 90 < touches.occurred_on
            and open_opportunities.snapshot_date >= touches.occurred_on
            and open_opportunities.loaded_until >= touches.loaded_on

    group by
        open_opportunities.account_id,
        open_opportunities.snapshot_date,
        open_opportunities.opportunity_id

),

open_opportunities_by_account_day as (

    select
        contacts_by_opportunity.account_id,
        contacts_by_opportunity.snapshot_date,
        count(case when contacts_by_opportunity.listed_contacts > 0 then 1 end)
            as listed_opportunities,
        count(
            case
                when
                    contacts_by_opportunity.listed_contacts > 0
                    and contacts_by_opportunity.engaged_contacts <= 1
                    then 1
            end
        ) as single_threaded_opportunities,
        coalesce(
            max(first_closing.known_on) <= contacts_by_opportunity.snapshot_date, false
        ) as is_closing_recorded

    from contacts_by_opportunity

    cross join first_closing

    group by
        contacts_by_opportunity.account_id,
        contacts_by_opportunity.snapshot_date

)

select * from open_opportunities_by_account_day
