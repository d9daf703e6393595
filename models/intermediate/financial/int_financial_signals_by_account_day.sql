-- One row per account per day to score: financial signals, from what was known by the
-- end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

revenue_changes as (

    select * from {{ ref('int_account_day_revenue_changes') }}

),

account_day_invoices as (

    select * from {{ ref('int_account_day_invoices') }}

),

account_day_overdue as (

    select * from {{ ref('int_account_day_overdue') }}

),

account_day_payments as (

    select * from {{ ref('int_account_day_payments') }}

),

joined as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        account_days.arr,
        account_days.list_arr,
        account_days.tenure_days,
        revenue_changes.arr_365d_before,
        revenue_changes.arr_added_365d,
        revenue_changes.last_renewed_on,
        account_day_invoices.invoices_issued_365d,
        account_day_invoices.invoices_with_due_date_365d,
        account_day_invoices.invoices_due_365d,
        account_day_invoices.invoices_paid_in_time_365d,
        account_day_overdue.account_id is not null as has_overdue,
        account_day_overdue.overdue_amount,
        coalesce(account_day_payments.has_invoice_payments, false)
            as has_invoice_payments,
        account_day_payments.failed_payments_90d

    from account_days

    left join revenue_changes
        on
            account_days.account_id = revenue_changes.account_id
            and account_days.snapshot_date = revenue_changes.snapshot_date

    left join account_day_invoices
        on
            account_days.account_id = account_day_invoices.account_id
            and account_days.snapshot_date = account_day_invoices.snapshot_date

    left join account_day_overdue
        on
            account_days.account_id = account_day_overdue.account_id
            and account_days.snapshot_date = account_day_overdue.snapshot_date

    left join account_day_payments
        on
            account_days.account_id = account_day_payments.account_id
            and account_days.snapshot_date = account_day_payments.snapshot_date

),

signals as (

    select
        account_id,
        snapshot_date,

        -- revenue
        cast(arr as double) as arr,
        arr / nullif(cast(arr_365d_before as double), 0) - 1 as arr_growth_365d,
        case
            -- in the first year all of it would be new
            when tenure_days < 364 then null
            else cast(arr_added_365d as double)
        end as revenue_added_365d,
        1 - arr / nullif(cast(list_arr as double), 0) as discount_share,

        -- renewal: no further term is unknown, so null
        cast(cast(snapshot_date - last_renewed_on as int) as double)
            as days_since_renewal,

        -- payment: without any payment of any customer, what is unpaid is unknown
        case
            when has_invoice_payments
                then invoices_paid_in_time_365d
                / nullif(cast(invoices_due_365d as double), 0)
        end as on_time_payment_share_365d,
        case
            when not has_invoice_payments then null
            -- without a single due date, nobody knows what is overdue
            when invoices_issued_365d > 0 and invoices_with_due_date_365d = 0 then null
            when has_overdue then overdue_amount / nullif(cast(arr as double), 0)
            -- without an invoice, nobody knows whether anything was to be paid
            when arr > 0 and invoices_issued_365d > 0 then 0.0
        end as overdue_share_of_arr,
        case
            -- none in a part of the window tells little, one is one
            when tenure_days < 89 and failed_payments_90d = 0 then null
            else cast(failed_payments_90d as double)
        end as failed_payments_90d

    from joined

)

select * from signals
