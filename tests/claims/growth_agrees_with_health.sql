-- The growth marts are of the newest day that the run scored, and say of an account
-- what account_health_daily says of it on that day: score, band, revenue, and the
-- product that it pays most for, which is one that it owns. feature_health counts the
-- owners of a product that expansion_opportunities has.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('int_account_days') }}

),

account_health as (

    select account_health_daily.*

    from {{ ref('account_health_daily') }} as account_health_daily

    inner join latest_day
        on account_health_daily.snapshot_date = latest_day.snapshot_date

),

opportunities as (

    select * from {{ ref('expansion_opportunities') }}

),

features as (

    select * from {{ ref('feature_health') }}

),

rows_of_growth as (

    select
        'expansion_opportunities' as mart,
        account_id,
        snapshot_date,
        health_score,
        health_band

    from opportunities

    union all

    select
        'advocacy_candidates' as mart,
        account_id,
        snapshot_date,
        health_score,
        health_band

    from {{ ref('advocacy_candidates') }}

),

scores_that_differ as (

    select
        rows_of_growth.mart,
        rows_of_growth.account_id as place,
        'no account with this score and band on the newest day of the run' as problem

    from rows_of_growth

    left join account_health
        on
            rows_of_growth.account_id = account_health.account_id
            and rows_of_growth.snapshot_date = account_health.snapshot_date

    where
        account_health.account_id is null
        or account_health.health_score is distinct from rows_of_growth.health_score
        or account_health.health_band <> rows_of_growth.health_band

),

-- one of them is the product of most revenue
owned_products as (

    select
        account_health.account_id,
        account_health.product,
        sum(case when opportunities.is_owned then 1 else 0 end) as products,
        sum(
            case
                when
                    opportunities.is_owned
                    and opportunities.product_id = account_health.product
                    then 1
                else 0
            end
        ) as main_products

    from account_health

    left join opportunities
        on account_health.account_id = opportunities.account_id

    group by account_health.account_id, account_health.product

),

products_that_differ as (

    select
        'expansion_opportunities' as mart,
        account_id as place,
        'it owns other products than account_health_daily knows' as problem

    from owned_products

    where
        (product is not null and main_products <> 1)
        or (product is null and products > 0)

),

owners as (

    select
        opportunities.product_id,
        count(*) as accounts

    from opportunities

    inner join account_health
        on
            opportunities.account_id = account_health.account_id
            and account_health.tenure_days >= 27

    where opportunities.is_owned

    group by opportunities.product_id

),

owners_that_differ as (

    select
        'feature_health' as mart,
        features.feature as place,
        'its accounts are not the owners of its product of 28 days and more' as problem

    from features

    inner join latest_day
        on features.snapshot_date = latest_day.snapshot_date

    left join owners
        on features.product_id = owners.product_id

    where features.accounts is distinct from owners.accounts

),

-- the largest expected revenue comes first, and every rank is there once
ranks_that_differ as (

    select
        'expansion_opportunities' as mart,
        cast(rank_overall as string) as place,
        'the ranks have a gap or do not follow expected_arr' as problem

    from (
        select
            rank_overall,
            expected_arr,
            is_healthy,
            lag(expected_arr) over (order by rank_overall) as arr_before,
            row_number() over (order by rank_overall) as place

        from opportunities

        where rank_overall is not null
    ) as ranked

    where
        rank_overall <> place
        or expected_arr > arr_before
        or not is_healthy

)

select * from scores_that_differ

union all

select * from products_that_differ

union all

select * from owners_that_differ

union all

select * from ranks_that_differ
