-- One row per payment or refund of an invoice: what it changes, and how much of the
-- invoice is paid after it, in the currency of the invoice. A dispute changes nothing
-- until the money is paid back.

with

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

invoices as (

    select
        invoice_id,
        coalesce(currency, '{{ var("reporting_currency") }}') as currency

    from {{ ref('stg_billing__invoices') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

payments_of_invoices as (

    select
        payments.payment_id,
        payments.invoice_id,
        payments.paid_at,
        payments.paid_on,
        payments.loaded_on,
        invoices.currency,

        -- a payment without a currency is in that of its invoice
        coalesce(payments.currency, invoices.currency) as paid_currency,

        -- whether refunds are written as positive or as negative amounts
        case
            when payments.status = 'succeeded' then payments.amount
            else -abs(payments.amount)
        end as paid_amount

    from payments

    inner join invoices
        on payments.invoice_id = invoices.invoice_id

    where payments.status in ('succeeded', 'refunded')

),

invoice_payments as (

    select
        payments_of_invoices.payment_id,
        payments_of_invoices.invoice_id,
        payments_of_invoices.paid_at,
        payments_of_invoices.paid_on,
        payments_of_invoices.loaded_on,

        -- at the rates of its day; without one, unknown
        case
            when payments_of_invoices.paid_currency = payments_of_invoices.currency
                then payments_of_invoices.paid_amount
            else payments_of_invoices.paid_amount
                * paid_rates.rate / invoice_rates.rate
        end as net_amount,

        -- the bank's rate differs from ours
        case
            when payments_of_invoices.paid_currency = payments_of_invoices.currency
                then 0
            else {{ var('exchange_tolerance') }} * abs(payments_of_invoices.paid_amount)
                * paid_rates.rate / invoice_rates.rate
        end as margin

    from payments_of_invoices

    left join exchange_rates as paid_rates
        on
            payments_of_invoices.paid_currency = paid_rates.currency
            and payments_of_invoices.paid_on >= paid_rates.valid_from
            and payments_of_invoices.paid_on < paid_rates.valid_to

    left join exchange_rates as invoice_rates
        on
            payments_of_invoices.currency = invoice_rates.currency
            and payments_of_invoices.paid_on >= invoice_rates.valid_from
            and payments_of_invoices.paid_on < invoice_rates.valid_to

),

invoice_payments_with_total as (

    select
        payment_id,
        invoice_id,
        paid_on,
        loaded_on,
        net_amount,

        -- after an unknown amount, the total is unknown
        case
            when count(*) over so_far = count(net_amount) over so_far
                then sum(net_amount) over so_far
        end as paid_so_far,
        sum(margin) over so_far as margin_so_far,

        -- the total is known once all that makes it up has arrived
        max(loaded_on) over so_far as total_loaded_on

    from invoice_payments

    window so_far as (
        partition by invoice_id
        order by paid_at
        range between unbounded preceding and current row
    )

)

select * from invoice_payments_with_total
