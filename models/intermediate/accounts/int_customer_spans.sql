-- One row per account per span in which it was a customer, from span_from to before
-- span_to: a subscription version, or by the setting customer_definition a day with an
-- invoice or use. Known to snapshots that know what was loaded from loaded_on to before
-- known_before.

-- all definitions are unit-tested, so the inputs of all come first:
-- depends_on: {{ ref('int_subscription_versions') }}
-- depends_on: {{ ref('stg_billing__invoices') }}
-- depends_on: {{ ref('int_user_feature_days') }}

{%- set definition = var('customer_definition') %}

with

{%- if definition != 'activity' %}

subscription_versions as (

    select * from {{ ref('int_subscription_versions') }}

),

subscription_spans as (

    select
        account_id,
        active_from as span_from,
        active_to as span_to,
        loaded_on,
        known_before

    from subscription_versions

),

{%- endif %}

{%- if definition != 'subscription' %}

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

    where amount > 0

),

use_days as (

    select distinct
        account_id,
        event_date

    from {{ ref('int_user_feature_days') }}

),

activity_spans as (

    select distinct
        account_id,
        issued_on as span_from,
        issued_on + 1 as span_to,
        loaded_on,
        cast('9999-12-31' as date) as known_before

    from invoices

    union all

    select
        use_days.account_id,
        use_days.event_date as span_from,
        use_days.event_date + 1 as span_to,
        use_days.event_date as loaded_on,
        cast('9999-12-31' as date) as known_before

    from use_days

    {%- if definition == 'subscription_or_activity' %}

    -- who uses without ever having been invoiced is trying the product out
    inner join (
        select
            account_id,
            min(issued_on) as first_issued_on,
            min(loaded_on) as first_loaded_on

        from invoices

        group by account_id
    ) as first_invoices
        on
            use_days.account_id = first_invoices.account_id
            and use_days.event_date >= first_invoices.first_issued_on
            and use_days.event_date >= first_invoices.first_loaded_on
    {%- endif %}

),

{%- endif %}

{%- if definition == 'subscription_or_activity' %}

-- From its first subscription on an account is a customer by contract alone: what it
-- still pays or uses after the end does not hide that it left. A subscription that
-- arrived late is not known until then.
activity_without_subscription as (

    select
        activity_spans.account_id,
        activity_spans.span_from,
        activity_spans.span_to,
        activity_spans.loaded_on,
        min(
            case
                when subscription_versions.account_id is null
                    then activity_spans.known_before
                when
                    subscription_versions.loaded_on
                    <= subscription_versions.active_from + {{ var('late_data_days') }}
                    then cast('1900-01-01' as date)
                else subscription_versions.loaded_on
            end
        ) as known_before

    from activity_spans

    left join subscription_versions
        on
            activity_spans.account_id = subscription_versions.account_id
            and activity_spans.span_from >= subscription_versions.active_from

    group by
        activity_spans.account_id,
        activity_spans.span_from,
        activity_spans.span_to,
        activity_spans.loaded_on

),

{%- endif %}

customer_spans as (

    {%- if definition == 'subscription' %}

    select * from subscription_spans

    {%- elif definition == 'activity' %}

    select * from activity_spans

    {%- else %}

    select * from subscription_spans

    union all

    select * from activity_without_subscription

    where known_before > loaded_on

    {%- endif %}

)

select * from customer_spans
