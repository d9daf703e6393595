-- One row per account per day to score: recurring revenue, seats, main product and next
-- renewal, from the subscriptions that are active on that day, at the rates of that
-- day. Of transactional customers, revenue is what was invoiced in the last 365 days.

{%- set definition = var('customer_definition') %}

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

{%- if definition == 'subscription_or_activity' %}

-- those of accounts that have never had a subscription, as far as is known
transactional_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date

    from account_day_ids

    left join {{ ref('int_subscription_versions') }} as subscription_versions
        on
            account_day_ids.source_account_id = subscription_versions.account_id
            and account_day_ids.snapshot_date >= subscription_versions.active_from
            and account_day_ids.loaded_until >= subscription_versions.loaded_on

    group by account_day_ids.account_id, account_day_ids.snapshot_date

    having count(subscription_versions.subscription_id) = 0

),

{%- endif %}

revenue_rows as (

    {%- if definition != 'activity' %}

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        subscription_versions.subscription_id,
        subscription_versions.product_id,
        subscription_versions.quantity,
        subscription_versions.term_end,
        subscription_versions.mrr * 12 * exchange_rates.rate as arr,
        subscription_versions.list_mrr * 12 * exchange_rates.rate as list_arr,
        'subscription' as customer_type

    from account_day_ids

    left join {{ ref('int_subscription_versions') }} as subscription_versions
        on
            account_day_ids.source_account_id = subscription_versions.account_id
            and account_day_ids.snapshot_date >= subscription_versions.active_from
            and account_day_ids.snapshot_date < subscription_versions.active_to
            and account_day_ids.loaded_until >= subscription_versions.loaded_on
            and account_day_ids.loaded_until < subscription_versions.known_before

    left join exchange_rates
        on
            subscription_versions.currency = exchange_rates.currency
            and account_day_ids.snapshot_date >= exchange_rates.valid_from
            and account_day_ids.snapshot_date < exchange_rates.valid_to

    {%- endif %}

    {%- if definition == 'subscription_or_activity' %}

    union all

    {%- endif %}

    {%- if definition != 'subscription' %}

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        invoices.invoice_id as subscription_id,
        cast(null as string) as product_id,
        cast(null as double) as quantity,
        cast(null as date) as term_end,
        invoices.amount * exchange_rates.rate as arr,
        cast(null as double) as list_arr,
        'transactional' as customer_type

    from account_day_ids

    {%- if definition == 'subscription_or_activity' %}

    inner join transactional_days
        on
            account_day_ids.account_id = transactional_days.account_id
            and account_day_ids.snapshot_date = transactional_days.snapshot_date
    {%- endif %}

    left join {{ ref('stg_billing__invoices') }} as invoices
        on
            account_day_ids.source_account_id = invoices.account_id
            and invoices.issued_on between
                account_day_ids.snapshot_date - 364 and account_day_ids.snapshot_date
            and account_day_ids.loaded_until >= invoices.loaded_on

    left join exchange_rates
        on
            coalesce(invoices.currency, '{{ var("reporting_currency") }}')
            = exchange_rates.currency
            and account_day_ids.snapshot_date >= exchange_rates.valid_from
            and account_day_ids.snapshot_date < exchange_rates.valid_to

    {%- endif %}

),

products as (

    select
        account_id,
        snapshot_date,
        product_id,
        row_number() over (
            partition by account_id, snapshot_date
            order by {{ exact_sum('arr', 6) }} desc nulls last, product_id
        ) as revenue_rank

    from revenue_rows

    where product_id is not null

    group by account_id, snapshot_date, product_id

),

revenue as (

    select
        account_id,
        snapshot_date,
        count(subscription_id) as active_subscriptions,

        -- nothing active is a measured zero; an amount that cannot be converted is
        -- unknown
        case
            when count(subscription_id) = count(arr)
                then coalesce({{ rounded(exact_sum('arr', 6), 2) }}, 0)
        end as arr,
        case
            when count(subscription_id) = count(list_arr)
                then coalesce({{ rounded(exact_sum('list_arr', 6), 2) }}, 0)
        end as list_arr,
        sum(quantity) as seats,
        min(case when term_end >= snapshot_date then term_end end) - snapshot_date
            as days_to_renewal,

        -- where both kinds are, every account has a row of the first
        max(customer_type) as customer_type

    from revenue_rows

    group by account_id, snapshot_date

)

select
    revenue.account_id,
    revenue.snapshot_date,
    revenue.active_subscriptions,
    revenue.arr,
    revenue.list_arr,
    revenue.seats,
    products.product_id as product,
    revenue.days_to_renewal,
    revenue.customer_type

from revenue

left join products
    on
        revenue.account_id = products.account_id
        and revenue.snapshot_date = products.snapshot_date
        and products.revenue_rank = 1
