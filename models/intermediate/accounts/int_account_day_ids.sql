-- One row per account per day to score per CRM id whose records count for it on that
-- day: its own, and those that were merged into it by then. Only accounts in scope: a
-- customer on that day, or until at most churn_grace_days before.

with

days_to_score as (

    select * from {{ ref('int_days_to_score') }}

),

account_id_map as (

    select * from {{ ref('int_account_id_map') }}

),

customer_spans as (

    select * from {{ ref('int_customer_spans') }}

),

account_spells as (

    select * from {{ ref('int_account_spells') }}

),

in_scope as (

    select distinct
        account_id_map.account_id,
        days_to_score.snapshot_date,
        days_to_score.loaded_until

    from days_to_score

    inner join customer_spans
        on
            days_to_score.snapshot_date >= customer_spans.span_from
            and days_to_score.snapshot_date
            <= customer_spans.span_to + {{ var('churn_grace_days') }}
            and days_to_score.loaded_until >= customer_spans.loaded_on
            and days_to_score.loaded_until < customer_spans.known_before

    inner join account_id_map
        on
            customer_spans.account_id = account_id_map.source_account_id
            and days_to_score.snapshot_date >= account_id_map.valid_from
            and days_to_score.snapshot_date < account_id_map.valid_to

),

account_ids as (

    select
        in_scope.account_id,
        in_scope.snapshot_date,
        account_id_map.source_account_id,
        account_id_map.valid_from as ids_since,
        in_scope.loaded_until,
        min(account_spells.spell_from) over (
            partition by in_scope.account_id, in_scope.snapshot_date
        ) as customer_since

    from in_scope

    inner join account_id_map
        on
            in_scope.account_id = account_id_map.account_id
            and in_scope.snapshot_date >= account_id_map.valid_from
            and in_scope.snapshot_date < account_id_map.valid_to

    left join account_spells
        on
            account_id_map.source_account_id = account_spells.account_id
            and in_scope.snapshot_date >= account_spells.spell_from
            and in_scope.snapshot_date
            <= account_spells.spell_to + {{ var('churn_grace_days') }}
            and in_scope.loaded_until >= account_spells.known_from
            and in_scope.loaded_until < account_spells.known_before

),

account_day_ids as (

    select
        account_ids.account_id,
        account_ids.snapshot_date,
        account_ids.source_account_id,

        -- from this day on exactly these ids count
        account_ids.ids_since,
        account_ids.loaded_until,

        -- first day of the spell as a customer, null for an id that was none then; a
        -- merged account's spell that led up to the present one goes on in it
        max(account_spells.spell_from) as spell_from

    from account_ids

    left join account_spells
        on
            account_ids.source_account_id = account_spells.account_id
            and account_ids.snapshot_date >= account_spells.spell_from
            and account_ids.customer_since
            <= account_spells.spell_to + {{ var('churn_grace_days') }}
            and account_ids.loaded_until >= account_spells.known_from
            and account_ids.loaded_until < account_spells.known_before

    group by
        account_ids.account_id,
        account_ids.snapshot_date,
        account_ids.source_account_id,
        account_ids.ids_since,
        account_ids.loaded_until

)

select * from account_day_ids
