-- One row per account per day to score that had a subscription by then: recurring
-- revenue of 365 days before, what became of it, what subscriptions gained since, all
-- at the rates of the day, and the first day of the latest further term.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

subscription_versions as (

    select * from {{ ref('int_subscription_versions') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

versions_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        subscription_versions.subscription_id,

        -- an agreed later term has not begun
        case
            when subscription_versions.term_start <= account_day_ids.snapshot_date
                then subscription_versions.term_start
        end as term_start,
        subscription_versions.active_to > account_day_ids.snapshot_date as is_active,
        subscription_versions.active_from <= account_day_ids.snapshot_date - 365
        and subscription_versions.active_to > account_day_ids.snapshot_date - 365
            as was_active_365d_before,
        subscription_versions.mrr * 12 * exchange_rates.rate as arr

    from account_day_ids

    inner join subscription_versions
        on
            account_day_ids.source_account_id = subscription_versions.account_id
            and account_day_ids.snapshot_date >= subscription_versions.active_from
            and account_day_ids.loaded_until >= subscription_versions.loaded_on
            and account_day_ids.loaded_until < subscription_versions.known_before

    left join exchange_rates
        on
            subscription_versions.currency = exchange_rates.currency
            and account_day_ids.snapshot_date >= exchange_rates.valid_from
            and account_day_ids.snapshot_date < exchange_rates.valid_to

),

subscriptions as (

    select
        account_id,
        snapshot_date,
        subscription_id,
        min(term_start) as first_term_start,
        max(term_start) as last_term_start,

        -- not active is a measured zero; an amount that cannot be converted is unknown
        case
            when count(*) filter (where is_active) = count(arr) filter (where is_active)
                then coalesce(sum(arr) filter (where is_active), 0)
        end as arr,
        case
            when
                count(*) filter (where was_active_365d_before)
                = count(arr) filter (where was_active_365d_before)
                then coalesce(sum(arr) filter (where was_active_365d_before), 0)
        end as arr_365d_before

    from versions_of_account_days

    group by all

),

subscription_changes as (

    select
        *,

        -- what shrank or ended takes nothing away from what others gained
        case
            when arr = 0 or arr <= arr_365d_before then 0
            else arr - arr_365d_before
        end as arr_added,

        -- what became of the revenue of then: all of it, and without what it gained
        case when arr_365d_before = 0 then 0 else arr end as arr_of_then,
        case
            when arr_365d_before = 0 then 0
            when arr < arr_365d_before then arr
            when arr is not null then arr_365d_before
        end as arr_kept

    from subscriptions

),

revenue_changes as (

    select
        account_id,
        snapshot_date,
        case
            when count(*) = count(arr_365d_before)
                then {{ rounded(exact_sum('arr_365d_before', 6), 2) }}
        end as arr_365d_before,
        case
            when count(*) = count(arr_added)
                then {{ rounded(exact_sum('arr_added', 6), 2) }}
        end as arr_added_365d,
        case
            when count(*) = count(arr_of_then)
                then {{ rounded(exact_sum('arr_of_then', 6), 2) }}
        end as arr_of_then_365d,
        case
            when count(*) = count(arr_kept)
                then {{ rounded(exact_sum('arr_kept', 6), 2) }}
        end as arr_kept_365d,
        max(case when last_term_start > first_term_start then last_term_start end)
            as last_renewed_on

    from subscription_changes

    group by all

)

select * from revenue_changes
