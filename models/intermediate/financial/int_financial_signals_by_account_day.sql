-- One row per account per day to score: financial signals, from what was known by the
-- end of that day. Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

revenue_changes as (

    select * from {{ ref('int_account_day_revenue_changes') }}

),

downgrades as (

    select * from {{ ref('int_account_day_downgrades') }}

),

terms as (

    select * from {{ ref('int_account_day_terms') }}

),

invoices as (

    select * from {{ ref('int_account_day_invoices') }}

),

overdue as (

    select * from {{ ref('int_account_day_overdue') }}

),

payments as (

    select * from {{ ref('int_account_day_payments') }}

),

service_costs as (

    select * from {{ ref('int_account_day_service_costs') }}

),

renewals as (

    select * from {{ ref('int_account_day_renewals') }}

),

billing_visits as (

    select * from {{ ref('int_account_day_billing_visits') }}

),

use_by_account_day as (

    select * from {{ ref('int_use_by_account_day') }}

),

-- a price among fewer than five says nothing
segment_prices as (

    select
        segment,
        snapshot_date,
        median(arr / cast(seats as double)) as median_seat_price

    from account_days

    where segment is not null and arr is not null and seats > 0

    group by segment, snapshot_date

    having count(*) >= 5

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- revenue
        cast(account_days.arr as double) as arr,
        account_days.arr
        / nullif(cast(revenue_changes.arr_365d_before as double), 0)
        - 1 as arr_growth_365d,
        case
            -- in the first year all of it would be new
            when account_days.tenure_days < 364 then null
            else cast(revenue_changes.arr_added_365d as double)
        end as revenue_added_365d,
        revenue_changes.arr_of_then_365d
        / nullif(cast(revenue_changes.arr_365d_before as double), 0)
            as net_revenue_retention_365d,
        revenue_changes.arr_kept_365d
        / nullif(cast(revenue_changes.arr_365d_before as double), 0)
            as gross_revenue_retention_365d,
        account_days.arr / nullif(cast(terms.term_start_arr as double), 0)
            as term_revenue_ratio,
        case
            when account_days.tenure_days < 179 then null
            when downgrades.downgrades_180d > 0 then cast(1 as double)
            -- of subscriptions without seats and amounts, nobody knows
            when coalesce(account_days.arr, account_days.seats) is null then null
            when revenue_changes.account_id is not null then 0.0
        end as arr_contracted_180d,

        -- price
        1 - account_days.arr / nullif(cast(account_days.list_arr as double), 0)
            as discount_share,
        account_days.arr / cast(nullif(account_days.seats, 0) as double)
        / nullif(segment_prices.median_seat_price, 0) as price_per_seat_vs_peers,
        case
            when account_days.tenure_days < 27 then null
            else nullif(cast(account_days.arr as double), 0) * 28 / 365
                / nullif(use_by_account_day.core_quantity_28d, 0)
        end as price_per_use_28d,
        service_costs.cost_365d * 12 / cast(service_costs.cost_months_365d as double)
        / nullif(account_days.arr, 0) as cost_to_serve_share_365d,

        -- terms
        terms.multi_year_arr / nullif(cast(account_days.arr as double), 0)
            as multi_year_share_of_arr,
        terms.auto_renew_arr / nullif(cast(account_days.arr as double), 0)
            as auto_renew_share_of_arr,
        terms.arr_months / nullif(cast(account_days.arr as double), 0)
            as billing_period_months,

        -- renewal: no further term is unknown, so null
        cast(
            cast(account_days.snapshot_date - revenue_changes.last_renewed_on as int)
            as double
        ) as days_since_renewal,
        cast(account_days.days_to_renewal as double) as days_to_renewal,
        case
            -- where nobody records renewals, none is missing
            when renewals.account_id is null then null
            when account_days.days_to_renewal is null then null
            when
                account_days.days_to_renewal <= 120
                and renewals.open_renewals = 0
                and renewals.renewals_closed_120d = 0
                then 1.0
            else 0.0
        end as renewal_opportunity_missing_120d,
        cast(renewals.stage_points as double) as renewal_stage_score,
        case
            when account_days.tenure_days < 179 then null
            else cast(renewals.pushes_180d as double)
        end as renewal_pushes_180d,
        case
            when account_days.tenure_days < 6 then null
            -- visits, but none of which it is known that it was to such a page
            when billing_visits.billing_page_visits_7d = 0 then null
            else cast(coalesce(billing_visits.billing_page_visits_7d, 0) as double)
        end as billing_page_visits_7d,

        -- payment: without any payment of any customer, what is unpaid is unknown
        case
            when payments.has_invoice_payments
                then invoices.invoices_paid_in_time_365d
                / nullif(cast(invoices.invoices_due_365d as double), 0)
        end as on_time_payment_share_365d,
        case
            when not coalesce(payments.has_invoice_payments, false) then null
            -- one may be paid by an unknown amount
            when
                overdue.account_id is not null
                and overdue.overdue_invoices is null
                then null
            else (
                coalesce(invoices.days_late_180d, 0) + coalesce(overdue.days_overdue, 0)
            ) / nullif(
                cast(
                    coalesce(invoices.invoices_paid_180d, 0)
                    + coalesce(overdue.overdue_invoices, 0) as double
                ), 0
            )
        end as mean_days_late_180d,
        case
            when not coalesce(payments.has_invoice_payments, false) then null
            -- without a single due date, nobody knows what is overdue
            when
                invoices.invoices_issued_365d > 0
                and invoices.invoices_with_due_date_365d = 0
                then null
            when overdue.account_id is not null
                then overdue.overdue_amount
                / nullif(cast(account_days.arr as double), 0)
            -- without an invoice, nobody knows whether anything was to be paid
            when account_days.arr > 0 and invoices.invoices_issued_365d > 0 then 0.0
        end as overdue_share_of_arr,
        case
            when not coalesce(payments.has_invoice_payments, false) then null
            when
                invoices.invoices_issued_365d > 0
                and invoices.invoices_with_due_date_365d = 0
                then null
            when overdue.account_id is not null
                then cast(overdue.overdue_invoices as double)
            when invoices.invoices_issued_365d > 0 then 0.0
        end as overdue_invoices,
        case
            -- none in a part of the window tells little, one is one
            when account_days.tenure_days < 89 and payments.failed_payments_90d = 0
                then null
            else cast(payments.failed_payments_90d as double)
        end as failed_payments_90d,
        case
            when
                account_days.tenure_days < 179
                and payments.disputed_payments_180d = 0
                then null
            else cast(payments.disputed_payments_180d as double)
        end as disputed_payments_180d,
        payments.refunds_365d
        / nullif(cast(payments.succeeded_payments_365d as double), 0)
            as refund_share_365d

    from account_days

    left join segment_prices
        on
            account_days.segment = segment_prices.segment
            and account_days.snapshot_date = segment_prices.snapshot_date

    {% for measure in ['revenue_changes', 'downgrades', 'terms', 'invoices', 'overdue',
        'payments', 'service_costs', 'renewals', 'billing_visits',
        'use_by_account_day'] %}
    left join {{ measure }}
        on
            account_days.account_id = {{ measure }}.account_id
            and account_days.snapshot_date = {{ measure }}.snapshot_date
    {% endfor %}

)

select * from signals
