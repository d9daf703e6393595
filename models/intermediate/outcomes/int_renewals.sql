-- One row per account per day on which a term of its subscriptions ended and which it
-- outlived: it is a customer still when the grace days after it are over.

with

as_of as (

    select
        as_of_date,
        as_of_date + {{ var('late_data_days') }} as known_until

    from {{ ref('int_as_of_date') }}

),

-- a term that was ended or replaced before has not ended on its day
ended_terms as (

    select distinct
        subscription_versions.account_id,
        subscription_versions.term_end

    from {{ ref('int_subscription_versions') }} as subscription_versions

    inner join as_of
        on
            subscription_versions.loaded_on <= as_of.known_until
            and subscription_versions.known_before > as_of.known_until
            and subscription_versions.term_end + {{ var('churn_grace_days') }}
            <= as_of.as_of_date

    where
        subscription_versions.term_end > subscription_versions.active_from
        and subscription_versions.term_end <= subscription_versions.active_to

),

renewals as (

    select distinct
        spells.account_id,
        ended_terms.term_end as renewed_on

    from ended_terms

    inner join {{ ref('int_account_id_map') }} as account_id_map
        on
            ended_terms.account_id = account_id_map.source_account_id
            and ended_terms.term_end >= account_id_map.valid_from
            and ended_terms.term_end < account_id_map.valid_to

    inner join {{ ref('int_customer_spells') }} as spells
        on
            account_id_map.account_id = spells.account_id
            and ended_terms.term_end > spells.spell_from
            and ended_terms.term_end + {{ var('churn_grace_days') }} < spells.spell_to

)

select * from renewals
