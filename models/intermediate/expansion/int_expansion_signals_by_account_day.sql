-- One row per account per day to score: expansion signals, from what was known by the
-- end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

products as (

    select * from {{ ref('int_account_day_owned_products') }}

),

upsells as (

    select * from {{ ref('int_account_day_upsells') }}

),

open_opportunities as (

    select
        *,
        opportunity_type in ('upsell', 'cross_sell') as is_expansion

    from {{ ref('int_account_day_open_opportunities') }}

),

headcounts as (

    select * from {{ ref('int_headcounts_by_account_day') }}

),

active_users as (

    select * from {{ ref('int_active_users_by_account_day') }}

),

use_by_account_day as (

    select * from {{ ref('int_use_by_account_day') }}

),

first_lead as (

    select min({{ known_on('created_on') }}) as known_on

    from {{ ref('stg_crm__opportunities') }} as opportunities

    inner join {{ ref('lead_sources') }} as lead_sources
        on opportunities.lead_source = lead_sources.lead_source

),

open_expansions as (

    select
        account_id,
        snapshot_date,
        count(opportunity_type) as known_types,
        case
            when count(case when is_expansion then 1 end)
                = count(case when is_expansion then amount end)
                then coalesce({{ rounded(exact_sum(
                    'case when is_expansion then amount end', 6
                ), 2) }}, 0)
        end as amount

    from open_opportunities

    group by account_id, snapshot_date

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- products
        cast(products.owned_products as double) as products_owned,
        cast(products.needed_products as double) as products_needed_not_owned,

        -- upsells: none is a measured zero, once the whole window is of a customer
        {%- for signal, measure in [
            ('upsells_won_365d', 'upsells_won_365d'),
            ('expansion_arr_365d', 'arr_won_365d'),
            ('lost_expansions_365d', 'upsells_lost_365d'),
        ] %}
        case
            when account_days.tenure_days < 364 then null
            -- without a single known type and result, nobody knows how many there were
            when upsells.closed_365d > 0 and upsells.known_results_365d = 0 then null
            when upsells.account_id is not null
                then cast(upsells.{{ measure }} as double)
            else 0.0
        end as {{ signal }},
        {%- endfor %}
        upsells.upsells_won_365d / nullif(
            cast(upsells.upsells_won_365d + upsells.upsells_lost_365d as double), 0
        ) as expansion_win_share_365d,
        case
            when open_expansions.account_id is null then 0
            when open_expansions.known_types > 0 then open_expansions.amount
        end / nullif(cast(account_days.arr as double), 0)
            as open_expansion_share_of_arr,

        -- leads, where it is recorded where opportunities come from
        {%- for signal in ['leads_365d', 'referral_leads_365d'] %}
        case
            when account_days.tenure_days < 364 then null
            when upsells.created_365d > 0 and upsells.known_sources_365d = 0 then null
            when first_lead.known_on <= account_days.snapshot_date
                then cast(coalesce(upsells.{{ signal }}, 0) as double)
        end as {{ signal }},
        {%- endfor %}
        upsells.leads_won_365d / nullif(cast(upsells.leads_closed_365d as double), 0)
            as lead_conversion_share_365d,

        -- users beyond seats: no use is a measured zero, use without users is unknown
        case
            when account_days.tenure_days < 27 then null
            when active_users.active_users_28d > account_days.seats
                then active_users.active_users_28d
                / cast(nullif(account_days.seats, 0) as double) - 1
            when
                active_users.active_users_28d is null
                and use_by_account_day.use_days_28d > 0
                then null
            when account_days.seats > 0 then 0.0
        end as use_above_entitlement_28d,
        case
            when account_days.tenure_days < 89 then null
            else coalesce(use_by_account_day.quantity_90d, 0)
                / cast(nullif(account_days.seats, 0) as double)
        end as demand_per_seat_90d,

        -- the company
        headcounts.headcount
        / nullif(cast(headcounts.headcount_365d_before as double), 0)
        - 1 as employee_growth_365d

    from account_days

    cross join first_lead

    {% for measure in ['products', 'upsells', 'open_expansions', 'headcounts',
        'active_users', 'use_by_account_day'] %}
    left join {{ measure }}
        on
            account_days.account_id = {{ measure }}.account_id
            and account_days.snapshot_date = {{ measure }}.snapshot_date
    {% endfor %}

)

select * from signals
