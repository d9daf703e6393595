-- One row per invoice that is to be paid, so without credit notes: when it is due, and
-- when it was paid in full for the first time. A refund after that is no new debt.

with

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

invoice_payments as (

    select * from {{ ref('int_invoice_payments') }}

),

invoices_to_pay as (

    select
        invoices.invoice_id,
        invoices.account_id,
        invoices.amount,
        coalesce(invoices.currency, '{{ var("reporting_currency") }}') as currency,
        invoices.issued_on,

        -- of an unknown amount, nobody knows whether it is paid
        case when invoices.amount is not null then invoices.due_on end as due_on,
        invoices.loaded_on,

        -- half a cent for what summing leaves
        min(
            case
                when
                    invoice_payments.paid_so_far
                    >= invoices.amount - 0.005 - invoice_payments.margin_so_far
                    then invoice_payments.paid_on
            end
        ) as paid_in_full_on,
        min(
            case
                when
                    invoice_payments.paid_so_far
                    >= invoices.amount - 0.005 - invoice_payments.margin_so_far
                    then invoice_payments.total_loaded_on
            end
        ) as paid_in_full_loaded_on,

        -- from an amount that is not known on, nobody knows what is left to pay
        min(
            case when invoice_payments.net_amount is null then invoice_payments.paid_on
            end
        ) as unknown_amount_on,
        min(
            case
                when invoice_payments.net_amount is null
                    then invoice_payments.loaded_on
            end
        ) as unknown_amount_loaded_on

    from invoices

    left join invoice_payments
        on invoices.invoice_id = invoice_payments.invoice_id

    where
        invoices.amount > 0
        or invoices.amount is null

    group by all

)

select * from invoices_to_pay
