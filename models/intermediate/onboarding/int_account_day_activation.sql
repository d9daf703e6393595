-- One row per account per day to score whose activation can be told: days from becoming
-- a customer to the first use of a core feature, or so far.

with

account_days as (

    select
        *,
        snapshot_date - tenure_days as customer_since

    from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

first_core_use as (

    select * from {{ ref('int_first_core_use') }}

),

activations as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        account_days.tenure_days,
        account_days.customer_since,

        -- use after the snapshot is still to come in it
        min(
            case
                when first_core_use.first_core_use_on <= account_days.snapshot_date
                    then first_core_use.first_core_use_on
            end
        ) as activated_on

    from account_days

    inner join account_day_ids
        on
            account_days.account_id = account_day_ids.account_id
            and account_days.snapshot_date = account_day_ids.snapshot_date

    inner join first_core_use
        on
            account_day_ids.account_id = first_core_use.account_id
            and account_day_ids.source_account_id = first_core_use.source_account_id
            and account_days.customer_since = first_core_use.customer_since

    group by all

),

activation_days as (

    select
        account_id,
        snapshot_date,
        coalesce(cast(activated_on - customer_since as int), tenure_days)
            as activation_days

    from activations

)

select * from activation_days
