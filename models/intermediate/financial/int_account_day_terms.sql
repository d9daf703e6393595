-- One row per account per day to score with an active subscription: the terms of its
-- active subscriptions, weighted by their recurring revenue at the rates of that day.

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

versions_with_term_start as (

    select
        *,
        cast(term_end - term_start as int) as term_days,

        -- of the first version of the same term
        first_value(mrr) over term as first_mrr,
        first_value(currency) over term as first_currency,
        first_value(loaded_on) over term as first_loaded_on

    from subscription_versions

    window term as (
        partition by subscription_id, term_start
        order by active_from, loaded_on
        rows between unbounded preceding and current row
    )

),

versions_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        versions_with_term_start.billing_period_months,
        versions_with_term_start.auto_renew,
        versions_with_term_start.term_days,
        versions_with_term_start.mrr * 12 * exchange_rates.rate as arr,

        -- unknown without a term, and after a change of currency
        case
            when
                versions_with_term_start.term_start is not null
                and versions_with_term_start.first_currency
                = versions_with_term_start.currency
                and versions_with_term_start.first_loaded_on
                <= account_day_ids.loaded_until
                then versions_with_term_start.first_mrr * 12 * exchange_rates.rate
        end as term_start_arr

    from account_day_ids

    inner join versions_with_term_start
        on
            account_day_ids.source_account_id = versions_with_term_start.account_id
            and account_day_ids.snapshot_date >= versions_with_term_start.active_from
            and account_day_ids.snapshot_date < versions_with_term_start.active_to
            and account_day_ids.loaded_until >= versions_with_term_start.loaded_on
            and account_day_ids.loaded_until < versions_with_term_start.known_before

    left join exchange_rates
        on
            versions_with_term_start.currency = exchange_rates.currency
            and account_day_ids.snapshot_date >= exchange_rates.valid_from
            and account_day_ids.snapshot_date < exchange_rates.valid_to

),

-- what is free weighs nothing, whatever its terms; unknown terms are unknown
weighted_terms as (

    select
        account_id,
        snapshot_date,
        term_start_arr,
        case
            when arr = 0 or not auto_renew then 0
            when auto_renew then arr
        end as auto_renew_arr,
        case
            -- two years, of which one may be a leap year
            when arr = 0 or term_days < 730 then 0
            when term_days >= 730 then arr
        end as multi_year_arr,
        case
            when arr = 0 then 0
            else arr * billing_period_months
        end as arr_months

    from versions_of_account_days

),

terms as (

    select
        account_id,
        snapshot_date,
        case
            when count(*) = count(term_start_arr)
                then {{ rounded(exact_sum('term_start_arr', 6), 2) }}
        end as term_start_arr,
        case
            when count(*) = count(auto_renew_arr)
                then {{ rounded(exact_sum('auto_renew_arr', 6), 2) }}
        end as auto_renew_arr,
        case
            when count(*) = count(multi_year_arr)
                then {{ rounded(exact_sum('multi_year_arr', 6), 2) }}
        end as multi_year_arr,
        case
            when count(*) = count(arr_months)
                then {{ rounded(exact_sum('arr_months', 6), 2) }}
        end as arr_months

    from weighted_terms

    group by account_id, snapshot_date

)

select * from terms
