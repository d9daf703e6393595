-- One row per subscription version that was ever active, from active_from to before
-- active_to: with the end of the subscription taken into account. Where the next
-- version arrived late, the earlier one has a further row for the days on which only it
-- was known: it counts for snapshots that know what was loaded before known_before.

with

versions as (

    select
        *,
        coalesce(currency, '{{ var("reporting_currency") }}') as known_currency,

        -- a version ends when the next one begins, whether or not it says so
        lead(valid_from, 1, cast('9999-01-01' as date)) over (
            partition by subscription_id order by valid_from
        ) as next_valid_from

    from {{ ref('stg_billing__subscriptions') }}

),

-- versions of which a snapshot of their days may not know yet
late_versions as (

    select
        subscription_id,
        valid_from,
        next_valid_from,
        loaded_on

    from versions

    where loaded_on > valid_from + {{ var('late_data_days') }}

),

known_versions as (

    select
        subscription_id,
        account_id,
        product_id,
        known_currency,
        quantity,
        mrr,
        list_mrr,
        billing_period_months,
        auto_renew,
        term_start,
        term_end,
        ended_on,
        valid_from as active_from,
        case when valid_to < next_valid_from then valid_to else next_valid_from end
            as version_end,
        loaded_on,
        cast('9999-12-31' as date) as known_before

    from versions

    union all

    -- in place of late ones
    select
        versions.subscription_id,
        versions.account_id,
        versions.product_id,
        versions.known_currency,
        versions.quantity,
        versions.mrr,
        versions.list_mrr,
        versions.billing_period_months,
        versions.auto_renew,
        versions.term_start,
        versions.term_end,
        versions.ended_on,
        late_versions.valid_from as active_from,
        case
            -- an end on the day when the next version begins came with that version
            when
                versions.valid_to > versions.next_valid_from
                and versions.valid_to < late_versions.next_valid_from
                then versions.valid_to
            else late_versions.next_valid_from
        end as version_end,
        versions.loaded_on,
        min(newer_versions.loaded_on) as known_before

    from late_versions

    inner join versions
        on
            late_versions.subscription_id = versions.subscription_id
            and late_versions.valid_from > versions.valid_from

            -- a gap before the late version was known as one
            and (
                versions.valid_to is null
                or versions.valid_to = versions.next_valid_from
                or versions.valid_to > late_versions.valid_from
            )

    inner join versions as newer_versions
        on
            versions.subscription_id = newer_versions.subscription_id
            and versions.valid_from < newer_versions.valid_from
            and late_versions.valid_from >= newer_versions.valid_from

    group by all

    -- when a snapshot of its days knew it, and nothing newer
    having
        min(newer_versions.loaded_on)
        > late_versions.valid_from + {{ var('late_data_days') }}
        and min(newer_versions.loaded_on) > versions.loaded_on

),

subscription_versions as (

    select
        subscription_id,
        account_id,
        product_id,
        known_currency as currency,
        quantity,
        mrr,
        list_mrr,
        billing_period_months,
        auto_renew,
        term_start,
        term_end,
        active_from,
        case when ended_on < version_end then ended_on else version_end end
            as active_to,
        loaded_on,
        known_before

    from known_versions

)

select * from subscription_versions

where active_from < active_to
