-- One row per account per day to score with a won opportunity for new business: how
-- many days the first one took.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

won_sales as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,

        -- of a deal that was recorded afterwards nobody knows how long it took
        case
            when opportunities.closed_on >= opportunities.created_on
                then cast(opportunities.closed_on - opportunities.created_on as int)
        end as sale_days,
        row_number() over (
            partition by account_day_ids.account_id, account_day_ids.snapshot_date
            order by opportunities.closed_on, opportunities.opportunity_id
        ) as sale_number

    from account_day_ids

    inner join opportunities
        on
            account_day_ids.source_account_id = opportunities.account_id
            and opportunities.closed_on <= account_day_ids.snapshot_date
            and opportunities.loaded_on <= account_day_ids.loaded_until

    where
        opportunities.opportunity_type = 'new'
        and opportunities.is_won

),

first_sale as (

    select
        account_id,
        snapshot_date,
        sale_days

    from won_sales

    where sale_number = 1

)

select * from first_sale
