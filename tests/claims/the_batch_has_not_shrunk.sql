-- No day of the batch has fewer accounts than minimum_batch_share of the day before it,
-- in the batch or in history; so half-loaded data never replaces a day. Nor is the
-- batch empty.

with

batch as (

    select
        days_to_score.snapshot_date,
        count(account_health.account_id) as accounts

    from {{ ref('int_days_to_score') }} as days_to_score

    left join {{ ref('int_account_health') }} as account_health
        on days_to_score.snapshot_date = account_health.snapshot_date

    group by days_to_score.snapshot_date

),

known as (

    select * from batch

    union all

    select
        snapshot_date,
        accounts

    from ({{ accounts_per_day_in_history() }}) as history

    where snapshot_date not in (select batch.snapshot_date from batch)

)

select
    batch.snapshot_date,
    batch.accounts,
    day_before.accounts as accounts_the_day_before

from batch

left join known as day_before
    on batch.snapshot_date = day_before.snapshot_date + 1

where
    batch.accounts < {{ var('minimum_batch_share') }} * day_before.accounts
    or (select sum(whole_batch.accounts) from batch as whole_batch) = 0
