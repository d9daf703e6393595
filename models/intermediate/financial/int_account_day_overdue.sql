-- One row per account per day to score with an overdue invoice of the last 365 days:
-- what is unpaid of such invoices at the end of the day, in the reporting currency at
-- its rates.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

invoices_to_pay as (

    select * from {{ ref('int_invoices_to_pay') }}

),

invoice_payments as (

    select * from {{ ref('int_invoice_payments') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

overdue_invoices as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        account_day_ids.loaded_until,
        invoices_to_pay.invoice_id,
        invoices_to_pay.currency,
        invoices_to_pay.amount,
        cast(account_day_ids.snapshot_date - invoices_to_pay.due_on as int)
            as days_overdue

    from account_day_ids

    inner join invoices_to_pay
        on
            account_day_ids.source_account_id = invoices_to_pay.account_id
            and invoices_to_pay.issued_on > account_day_ids.snapshot_date - 365
            and invoices_to_pay.issued_on <= account_day_ids.snapshot_date
            and invoices_to_pay.loaded_on <= account_day_ids.loaded_until

            -- what is due on the day is overdue on the next
            and invoices_to_pay.due_on < account_day_ids.snapshot_date

    where
        invoices_to_pay.paid_in_full_on is null
        or invoices_to_pay.paid_in_full_on > account_day_ids.snapshot_date
        or invoices_to_pay.paid_in_full_loaded_on > account_day_ids.loaded_until

),

unpaid_amounts as (

    select
        overdue_invoices.account_id,
        overdue_invoices.snapshot_date,
        overdue_invoices.invoice_id,
        overdue_invoices.currency,
        overdue_invoices.days_overdue,

        -- after a payment of an unknown amount, what is left to pay is unknown
        case
            when count(invoice_payments.paid_on) = count(invoice_payments.net_amount)
                then overdue_invoices.amount
                - coalesce(sum(invoice_payments.net_amount), 0)
        end as unpaid_amount

    from overdue_invoices

    left join invoice_payments
        on
            overdue_invoices.invoice_id = invoice_payments.invoice_id
            and invoice_payments.paid_on <= overdue_invoices.snapshot_date
            and invoice_payments.loaded_on <= overdue_invoices.loaded_until

    group by
        overdue_invoices.account_id,
        overdue_invoices.snapshot_date,
        overdue_invoices.invoice_id,
        overdue_invoices.currency,
        overdue_invoices.amount,
        overdue_invoices.days_overdue

),

overdue as (

    select
        unpaid_amounts.account_id,
        unpaid_amounts.snapshot_date,

        -- an amount that cannot be converted makes the sum unknown, not smaller
        case
            when count(*) = count(unpaid_amounts.unpaid_amount * exchange_rates.rate)
                then {{ rounded(exact_sum(
                    'unpaid_amounts.unpaid_amount * exchange_rates.rate', 6
                ), 2) }}
        end as overdue_amount,
        case
            when count(*) = count(unpaid_amounts.unpaid_amount) then count(*)
        end as overdue_invoices,
        sum(unpaid_amounts.days_overdue) as days_overdue

    from unpaid_amounts

    left join exchange_rates
        on
            unpaid_amounts.currency = exchange_rates.currency
            and unpaid_amounts.snapshot_date >= exchange_rates.valid_from
            and unpaid_amounts.snapshot_date < exchange_rates.valid_to

    -- paid twice, the first time not yet known
    where
        unpaid_amounts.unpaid_amount > 0.005
        or unpaid_amounts.unpaid_amount is null

    group by all

)

select * from overdue
