-- One row per account per day to score: support cases per seat, and their median over
-- the accounts that have been customers for about as long.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

cases_by_account_day as (

    select * from {{ ref('int_cases_by_account_day') }}

),

tenure_bands as (

    select
        tenure_band,
        min_tenure_days,
        lead(min_tenure_days, 1, 1000000) over (order by min_tenure_days)
            as next_min_tenure_days

    from {{ ref('tenure_bands') }}

),

cases_per_seat as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        tenure_bands.tenure_band,
        -- no case is a measured zero, once the whole window is of a customer
        case
            when account_days.tenure_days < 89 then null
            else coalesce(cases_by_account_day.cases_opened_90d, 0)
                / cast(nullif(account_days.seats, 0) as double)
        end as cases_per_seat_90d

    from account_days

    left join cases_by_account_day
        on
            account_days.account_id = cases_by_account_day.account_id
            and account_days.snapshot_date = cases_by_account_day.snapshot_date

    left join tenure_bands
        on
            account_days.tenure_days >= tenure_bands.min_tenure_days
            and account_days.tenure_days < tenure_bands.next_min_tenure_days

),

tenure_peers as (

    select
        snapshot_date,
        tenure_band,
        median(cases_per_seat_90d) as tenure_peers_cases_per_seat_90d

    from cases_per_seat

    group by snapshot_date, tenure_band

    -- the account itself and five others
    having count(cases_per_seat_90d) > 5

),

cases_per_seat_with_peers as (

    select
        cases_per_seat.account_id,
        cases_per_seat.snapshot_date,
        cases_per_seat.cases_per_seat_90d,
        tenure_peers.tenure_peers_cases_per_seat_90d

    from cases_per_seat

    left join tenure_peers
        on
            cases_per_seat.snapshot_date = tenure_peers.snapshot_date
            and cases_per_seat.tenure_band = tenure_peers.tenure_band

)

select * from cases_per_seat_with_peers
