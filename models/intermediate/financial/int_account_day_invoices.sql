-- One row per account per day to score with an invoice: how many fell due, how many of
-- them were paid in full in time, and how late those were that were paid lately, from
-- what was known by the end of that day.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

invoices_to_pay as (

    select * from {{ ref('int_invoices_to_pay') }}

),

invoices_of_account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        invoices_to_pay.due_on,
        invoices_to_pay.issued_on > account_day_ids.snapshot_date - 365
            as is_issued_365d,
        invoices_to_pay.due_on > account_day_ids.snapshot_date - 365
        and invoices_to_pay.due_on <= account_day_ids.snapshot_date as is_due_365d,
        case
            when
                invoices_to_pay.paid_in_full_on <= invoices_to_pay.due_on
                and invoices_to_pay.paid_in_full_loaded_on
                <= account_day_ids.loaded_until
                then true
            when
                invoices_to_pay.unknown_amount_on <= invoices_to_pay.due_on
                and invoices_to_pay.unknown_amount_loaded_on
                <= account_day_ids.loaded_until
                then null
            else false
        end as is_paid_in_time,
        case
            when
                invoices_to_pay.issued_on > account_day_ids.snapshot_date - 365
                and invoices_to_pay.paid_in_full_on
                > account_day_ids.snapshot_date - 180
                and invoices_to_pay.paid_in_full_on <= account_day_ids.snapshot_date
                and invoices_to_pay.paid_in_full_loaded_on
                <= account_day_ids.loaded_until
                then cast(
                    invoices_to_pay.paid_in_full_on - invoices_to_pay.due_on as int
                )
        end as days_late

    from account_day_ids

    inner join invoices_to_pay
        on
            account_day_ids.source_account_id = invoices_to_pay.account_id
            and invoices_to_pay.issued_on <= account_day_ids.snapshot_date
            and invoices_to_pay.loaded_on <= account_day_ids.loaded_until

    where
        invoices_to_pay.issued_on > account_day_ids.snapshot_date - 365
        or invoices_to_pay.due_on > account_day_ids.snapshot_date - 365

),

invoice_counts as (

    select
        account_id,
        snapshot_date,
        count(*) filter (where is_issued_365d) as invoices_issued_365d,
        count(due_on) filter (where is_issued_365d) as invoices_with_due_date_365d,
        count(*) filter (where is_due_365d and is_paid_in_time is not null)
            as invoices_due_365d,
        count(*) filter (where is_due_365d and is_paid_in_time)
            as invoices_paid_in_time_365d,
        count(days_late) as invoices_paid_180d,

        -- a payment before it was due makes up for no late one
        sum(case when days_late > 0 then days_late else 0 end) as days_late_180d

    from invoices_of_account_days

    group by all

)

select * from invoice_counts
