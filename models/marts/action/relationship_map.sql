-- One row per account and contact who is still there, as of the latest day that the
-- last run scored: what the tie is worth, and which opportunities it could thread.

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

contact_roles as (

    select * from {{ ref('int_contact_roles') }}

),

people as (

    select
        contact_id,
        full_name,
        email

    from {{ ref('stg_crm__contacts') }}

),

contacts as (

    select
        account_ids.account_id,
        account_ids.snapshot_date,
        account_ids.loaded_until,
        contact_roles.contact_id,
        people.full_name,
        people.email,
        contact_roles.persona,
        contact_roles.importance

    from account_ids

    inner join contact_roles
        on
            account_ids.source_account_id = contact_roles.account_id
            and account_ids.snapshot_date >= contact_roles.created_on
            and account_ids.loaded_until >= contact_roles.loaded_on

    left join people
        on contact_roles.contact_id = people.contact_id

    where
        contact_roles.left_on is null
        or contact_roles.left_on > account_ids.snapshot_date

),

contact_capital as (

    select contact_capital.*

    from {{ ref('int_contact_capital_by_account_day') }} as contact_capital

    inner join latest_day
        on contact_capital.snapshot_date = latest_day.snapshot_date

),

colleagues as (

    select
        contacts.account_id,
        contacts.contact_id,
        count(distinct touches.owner_id) as own_staff_180d

    from contacts

    inner join {{ ref('int_activity_touches') }} as touches
        on
            contacts.contact_id = touches.contact_id
            and touches.is_touch
            and contacts.snapshot_date - 180 < touches.occurred_on
            and contacts.snapshot_date >= touches.occurred_on
            and contacts.loaded_until >= touches.loaded_on

    group by contacts.account_id, contacts.contact_id

),

open_opportunities as (

    select
        open_opportunities.account_id,
        open_opportunities.loaded_until,
        open_opportunities.opportunity_id,
        count(*) over (partition by open_opportunities.account_id)
            as open_opportunities

    from {{ ref('int_account_day_open_opportunities') }} as open_opportunities

    inner join latest_day
        on open_opportunities.snapshot_date = latest_day.snapshot_date

),

thresholds as (

    select
        max(case when threshold = 'threading_capital' then value end)
            as threading_capital

    from {{ ref('thresholds') }}

),

accounts_with_opportunities as (

    select distinct
        account_id,
        open_opportunities

    from open_opportunities

),

listed_contacts as (

    select
        open_opportunities.account_id,
        opportunity_contacts.contact_id,
        count(*) as open_opportunities

    from open_opportunities

    inner join {{ ref('stg_crm__opportunity_contacts') }} as opportunity_contacts
        on open_opportunities.opportunity_id = opportunity_contacts.opportunity_id

    where
        opportunity_contacts.loaded_on is null
        or opportunity_contacts.loaded_on <= open_opportunities.loaded_until

    group by open_opportunities.account_id, opportunity_contacts.contact_id

),

ties as (

    select
        contacts.account_id,
        contacts.contact_id,
        contacts.snapshot_date,

        -- who it is
        contacts.full_name,
        contacts.email,
        contacts.persona,
        contacts.importance,

        -- what the tie is worth
        {%- for reading in ['capital', 'engagement', 'influence', 'trust'] %}
        {{ rounded('contact_capital.' ~ reading, 4) }} as {{ reading }},
        {%- endfor %}
        contact_capital.last_touch_on,
        cast(coalesce(contact_capital.touches, 0) as int) as touches_180d,
        cast(coalesce(colleagues.own_staff_180d, 0) as int) as own_staff_180d,

        -- opportunities
        cast(coalesce(listed_contacts.open_opportunities, 0) as int)
            as open_opportunities,
        coalesce(contact_capital.capital >= thresholds.threading_capital, false)
        and coalesce(accounts_with_opportunities.open_opportunities, 0)
        > coalesce(listed_contacts.open_opportunities, 0) as could_thread_opportunity

    from contacts

    cross join thresholds

    left join contact_capital
        on
            contacts.account_id = contact_capital.account_id
            and contacts.contact_id = contact_capital.contact_id

    left join colleagues
        on
            contacts.account_id = colleagues.account_id
            and contacts.contact_id = colleagues.contact_id

    left join accounts_with_opportunities
        on contacts.account_id = accounts_with_opportunities.account_id

    left join listed_contacts
        on
            contacts.account_id = listed_contacts.account_id
            and contacts.contact_id = listed_contacts.contact_id

),

relationship_map as (

    select
        ties.*,

        -- the account
        cast(signals.lonely_client_90d as int) as lonely_client_90d,
        cast(signals.single_threaded_opportunities as int)
            as single_threaded_opportunities,
        cast(
            sum(case when ties.could_thread_opportunity then 1 else 0 end) over (
                partition by ties.account_id
            ) as int
        ) as ties_that_could_thread

    from ties

    left join {{ ref('int_relationship_signals_by_account_day') }} as signals
        on
            ties.account_id = signals.account_id
            and ties.snapshot_date = signals.snapshot_date

)

select * from relationship_map
