-- One row per account per span in which it was a customer, from span_from to before
-- span_to: a subscription version, or with customer_definition activity a day with an
-- invoice or use. Known to snapshots that know what was loaded from loaded_on to before
-- known_before.

-- both definitions are unit-tested, so the inputs of both come first:
-- depends_on: {{ ref('int_subscription_versions') }}
-- depends_on: {{ ref('stg_billing__invoices') }}
-- depends_on: {{ ref('int_user_feature_days') }}

with

{%- if var('customer_definition') == 'subscription' %}

customer_spans as (

    select
        account_id,
        active_from as span_from,
        active_to as span_to,
        loaded_on,
        known_before

    from {{ ref('int_subscription_versions') }}

)

{%- else %}

customer_spans as (

    select distinct
        account_id,
        issued_on as span_from,
        issued_on + 1 as span_to,
        loaded_on,
        cast('9999-12-31' as date) as known_before

    from {{ ref('stg_billing__invoices') }}

    where amount > 0

    union all

    select distinct
        account_id,
        event_date as span_from,
        event_date + 1 as span_to,
        event_date as loaded_on,
        cast('9999-12-31' as date) as known_before

    from {{ ref('int_user_feature_days') }}

)

{%- endif %}

select * from customer_spans
