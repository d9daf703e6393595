-- One row per account per day to score with a downgrade in the last 180 days: how many
-- versions of subscriptions began in them that have fewer seats or less recurring
-- revenue than the version before.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

subscription_versions as (

    select * from {{ ref('int_subscription_versions') }}

),

version_starts as (

    select
        subscription_id,
        active_from,
        lag(active_from) over (
            partition by subscription_id order by active_from
        ) as active_from_before

    from subscription_versions

    group by subscription_id, active_from

),

downgrades as (

    select
        versions.account_id,
        versions.active_from as downgraded_on,
        versions.loaded_on,
        versions.known_before,
        versions_before.loaded_on as loaded_on_before,
        versions_before.known_before as known_before_before

    from subscription_versions as versions

    inner join version_starts
        on
            versions.subscription_id = version_starts.subscription_id
            and versions.active_from = version_starts.active_from

    inner join subscription_versions as versions_before
        on
            version_starts.subscription_id = versions_before.subscription_id
            and version_starts.active_from_before = versions_before.active_from

    where
        versions.quantity < versions_before.quantity
        or (
            versions.currency = versions_before.currency
            and versions.mrr < versions_before.mrr
        )

),

account_day_downgrades as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(*) as downgrades_180d

    from account_day_ids

    inner join downgrades
        on
            account_day_ids.source_account_id = downgrades.account_id
            and downgrades.downgraded_on > account_day_ids.snapshot_date - 180
            and account_day_ids.snapshot_date >= downgrades.downgraded_on

            -- a snapshot compares the versions that it knows
            and account_day_ids.loaded_until >= downgrades.loaded_on
            and account_day_ids.loaded_until < downgrades.known_before
            and account_day_ids.loaded_until >= downgrades.loaded_on_before
            and account_day_ids.loaded_until < downgrades.known_before_before

    group by account_day_ids.account_id, account_day_ids.snapshot_date

)

select * from account_day_downgrades
