-- One row per account per day to score on which payments are known of, of whichever
-- account: without a single one, the company has no such source, and nothing is known
-- of any account.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

payments as (

    select * from {{ ref('stg_billing__payments') }}

    -- of an unknown status, nobody knows what happened
    where status is not null

),

payment_days as (

    select
        paid_on,
        loaded_on,
        max(case when invoice_id is not null and amount is not null then 1 else 0 end)
            as has_invoice_payments

    from payments

    group by all

),

days_to_score as (

    select distinct
        snapshot_date,
        loaded_until

    from account_day_ids

),

days_with_payments as (

    select
        days_to_score.snapshot_date,
        max(payment_days.has_invoice_payments) as has_invoice_payments

    from days_to_score

    inner join payment_days
        on
            days_to_score.snapshot_date >= payment_days.paid_on
            and days_to_score.loaded_until >= payment_days.loaded_on

    group by all

),

payment_counts as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        sum(
            case
                when
                    payments.status = 'failed'
                    and payments.paid_on > account_day_ids.snapshot_date - 90
                    then 1
                else 0
            end
        ) as failed_payments_90d,
        sum(
            case
                when
                    payments.status = 'disputed'
                    and payments.paid_on > account_day_ids.snapshot_date - 180
                    then 1
                else 0
            end
        ) as disputed_payments_180d,
        sum(case when payments.status = 'refunded' then 1 else 0 end) as refunds_365d,
        sum(case when payments.status = 'succeeded' then 1 else 0 end)
            as succeeded_payments_365d

    from account_day_ids

    inner join payments
        on
            account_day_ids.source_account_id = payments.account_id
            and payments.paid_on > account_day_ids.snapshot_date - 365
            and payments.paid_on <= account_day_ids.snapshot_date
            and payments.loaded_on <= account_day_ids.loaded_until

    group by all

),

account_day_payments as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        days_with_payments.has_invoice_payments = 1 as has_invoice_payments,
        coalesce(payment_counts.failed_payments_90d, 0) as failed_payments_90d,
        coalesce(payment_counts.disputed_payments_180d, 0) as disputed_payments_180d,
        coalesce(payment_counts.refunds_365d, 0) as refunds_365d,
        coalesce(payment_counts.succeeded_payments_365d, 0) as succeeded_payments_365d

    from account_days

    inner join days_with_payments
        on account_days.snapshot_date = days_with_payments.snapshot_date

    left join payment_counts
        on
            account_days.account_id = payment_counts.account_id
            and account_days.snapshot_date = payment_counts.snapshot_date

)

select * from account_day_payments
