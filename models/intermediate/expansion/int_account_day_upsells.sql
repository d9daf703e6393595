-- One row per account per day to score with an opportunity that was closed in the 365
-- days to it: how many upsells and cross-sells were won.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

upsells as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(*) filter (
            where
            opportunities.opportunity_type in ('upsell', 'cross_sell')
            and opportunities.is_won
        ) as upsells_won_365d,
        count(*) filter (
            where
            opportunities.opportunity_type is not null
            and opportunities.is_won is not null
        ) as known_results_365d

    from account_day_ids

    inner join opportunities
        on
            account_day_ids.source_account_id = opportunities.account_id
            and opportunities.closed_on > account_day_ids.snapshot_date - 365
            and opportunities.closed_on <= account_day_ids.snapshot_date
            and opportunities.loaded_on <= account_day_ids.loaded_until

    group by all

)

select * from upsells
