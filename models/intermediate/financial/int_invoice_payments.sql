-- One row per payment or refund of an invoice: what it changes, and how much of the
-- invoice is paid after it. A dispute changes nothing until the money is paid back.

with

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

invoice_payments as (

    select
        payment_id,
        invoice_id,
        paid_at,
        paid_on,
        loaded_on,

        -- whether refunds are written as positive or as negative amounts
        case when status = 'succeeded' then amount else -abs(amount) end as net_amount

    from payments

    where
        status in ('succeeded', 'refunded')
        and invoice_id is not null

),

invoice_payments_with_total as (

    select
        payment_id,
        invoice_id,
        paid_on,
        loaded_on,
        net_amount,
        sum(net_amount) over (
            partition by invoice_id
            order by paid_at
            range between unbounded preceding and current row
        ) as paid_so_far,

        -- the total is known once all that makes it up has arrived
        max(loaded_on) over (
            partition by invoice_id
            order by paid_at
            range between unbounded preceding and current row
        ) as total_loaded_on

    from invoice_payments

)

select * from invoice_payments_with_total
