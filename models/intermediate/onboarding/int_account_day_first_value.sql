-- One row per account per day to score with an objective and whose first value can be
-- told: days from becoming a customer to the first achieved objective, or so far.

with

account_days as (

    select
        account_id,
        snapshot_date,
        tenure_days,
        snapshot_date - tenure_days as customer_since

    from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

objectives as (

    select * from {{ ref('stg_crm__objectives') }}

),

-- an objective of a customer from before the first record may have been achieved
-- unrecorded; where no achievement has ever been recorded, nobody records them
first_records as (

    select
        min(set_on) as first_set_on,
        min({{ known_on('achieved_on') }}) as first_achievement_known_on

    from objectives

),

objectives_by_account_day as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        account_days.tenure_days,
        account_days.customer_since,

        -- what is achieved after the snapshot is still to come in it
        min(
            case
                when objectives.achieved_on <= account_days.snapshot_date
                    then objectives.achieved_on
            end
        ) as first_achieved_on

    from account_days

    inner join account_day_ids
        on
            account_days.account_id = account_day_ids.account_id
            and account_days.snapshot_date = account_day_ids.snapshot_date

    inner join objectives
        on
            account_day_ids.source_account_id = objectives.account_id

            -- of the table that has the id: else all days may meet all objectives first
            and account_day_ids.snapshot_date >= objectives.set_on
            and account_day_ids.loaded_until >= objectives.loaded_on

            -- what was achieved before is no value of this time as a customer
            and (
                objectives.achieved_on is null
                or account_days.customer_since <= objectives.achieved_on
            )

    where
        account_days.customer_since >= (
            select first_records.first_set_on from first_records
        )
        and account_days.snapshot_date >= (
            select first_records.first_achievement_known_on from first_records
        )

    group by all

),

first_value_days as (

    select
        account_id,
        snapshot_date,
        coalesce(cast(first_achieved_on - customer_since as int), tenure_days)
            as first_value_days

    from objectives_by_account_day

)

select * from first_value_days
