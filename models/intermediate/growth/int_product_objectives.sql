-- One row per account in scope on the latest day that the last run scored per product
-- for which an objective was ever agreed: how many are open on that day.

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

product_objectives as (

    select
        account_ids.account_id,
        account_ids.snapshot_date,
        objectives.product_id,

        -- what is achieved tomorrow is open today
        sum(
            case
                when objectives.achieved_on <= account_ids.snapshot_date then 0
                else 1
            end
        ) as open_objectives

    from account_ids

    inner join {{ ref('stg_crm__objectives') }} as objectives
        on
            account_ids.source_account_id = objectives.account_id
            and account_ids.snapshot_date >= objectives.set_on
            and account_ids.loaded_until >= objectives.loaded_on

    where objectives.product_id is not null

    group by
        account_ids.account_id, account_ids.snapshot_date, objectives.product_id

)

select * from product_objectives
