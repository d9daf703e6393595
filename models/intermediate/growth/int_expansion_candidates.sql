-- One row per account in scope on the latest day that the last run scored per product
-- that it owns or that its segment may buy: whether it owns it, and whether the impact
-- and the team that benefits would be new to the account.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('int_account_days') }}

),

account_days as (

    select account_days.*

    from {{ ref('int_account_days') }} as account_days

    inner join latest_day
        on account_days.snapshot_date = latest_day.snapshot_date

),

segment_products as (

    select * from {{ ref('int_segment_products') }}

),

owned_products as (

    select * from {{ ref('int_latest_owned_products') }}

),

products as (

    select * from {{ ref('stg_billing__products') }}

),

owners as (

    select
        account_id,
        max(seats) as most_seats

    from owned_products

    group by account_id

),

account_products as (

    select
        account_days.account_id,
        segment_products.product_id

    from account_days

    inner join segment_products
        on coalesce(account_days.segment, 'unknown') = segment_products.segment

    -- null is unknown
    where coalesce(segment_products.is_eligible, 1) = 1

    union

    select
        account_id,
        product_id

    from owned_products

),

-- what the account has already
{%- for attribute in ['impact_area', 'benefactor_team'] %}

owned_{{ attribute }}s as (

    select distinct
        owned_products.account_id,
        products.{{ attribute }}

    from owned_products

    inner join products
        on owned_products.product_id = products.product_id

    where products.{{ attribute }} is not null

),
{%- endfor %}

accounts_with_impact as (

    select distinct account_id from owned_impact_areas

),

accounts_with_benefactor as (

    select distinct account_id from owned_benefactor_teams

),

expansion_candidates as (

    select
        account_products.account_id,
        account_days.snapshot_date,
        account_products.product_id,
        account_days.size_band,
        products.impact_area,
        products.benefactor_team,

        -- of active subscriptions without a single product, nobody knows what they are
        case
            when owned_products.product_id is not null then true
            when owners.account_id is not null then false
            when account_days.active_subscriptions = 0 then false
        end as is_owned,
        segment_products.is_eligible = 1 as is_eligible,
        owned_products.seats,
        owned_products.arr,
        owners.most_seats,
        case
            when owned_impact_areas.account_id is not null then 'same'
            when
                products.impact_area is not null
                and accounts_with_impact.account_id is not null
                then 'new'
        end as impact,
        case
            when owned_benefactor_teams.account_id is not null then 'same'
            when
                products.benefactor_team is not null
                and accounts_with_benefactor.account_id is not null
                then 'new'
        end as benefactor

    from account_products

    inner join account_days
        on account_products.account_id = account_days.account_id

    left join segment_products
        on
            coalesce(account_days.segment, 'unknown') = segment_products.segment
            and account_products.product_id = segment_products.product_id

    left join products
        on account_products.product_id = products.product_id

    left join owned_products
        on
            account_products.account_id = owned_products.account_id
            and account_products.product_id = owned_products.product_id

    left join owned_impact_areas
        on
            account_products.account_id = owned_impact_areas.account_id
            and products.impact_area = owned_impact_areas.impact_area

    left join owned_benefactor_teams
        on
            account_products.account_id = owned_benefactor_teams.account_id
            and products.benefactor_team = owned_benefactor_teams.benefactor_team

    {% for accounts in ['owners', 'accounts_with_impact', 'accounts_with_benefactor'] %}
    left join {{ accounts }}
        on account_products.account_id = {{ accounts }}.account_id
    {% endfor %}

)

select * from expansion_candidates
