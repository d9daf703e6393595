-- One row per account per day to score whose headcount is known from outside: now, and
-- a year before. That of an account merged into it was another company's, or a part.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

headcounts as (

    select
        account_id,
        value as headcount,
        occurred_on,
        loaded_on,
        row_number() over (order by occurred_at, event_id) as headcount_number

    from {{ ref('stg_marketing__market_events') }}

    where event_kind = 'headcount' and account_id is not null and value is not null

),

-- the newest of the 180 days to the day, and of those to the day a year before
headcounts_of_account_days as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        max_by(
            headcounts.headcount,
            case
                when headcounts.occurred_on > account_days.snapshot_date - 365
                    then headcounts.headcount_number
            end
        ) as headcount,
        max_by(
            headcounts.headcount,
            case
                when headcounts.occurred_on <= account_days.snapshot_date - 365
                    then headcounts.headcount_number
            end
        ) as headcount_365d_before

    from account_days

    inner join headcounts
        on
            account_days.account_id = headcounts.account_id
            and headcounts.occurred_on > account_days.snapshot_date - 545
            and headcounts.occurred_on <= account_days.snapshot_date
            and headcounts.loaded_on <= account_days.loaded_until

    where
        headcounts.occurred_on > account_days.snapshot_date - 180
        or headcounts.occurred_on <= account_days.snapshot_date - 365

    group by account_days.account_id, account_days.snapshot_date

)

select * from headcounts_of_account_days
