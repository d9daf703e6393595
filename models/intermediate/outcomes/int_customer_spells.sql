-- One row per account per spell as a customer, from spell_from to before spell_to, by
-- what is known on as_of_date, the spells of merged accounts put together. Like
-- int_account_spells, but of accounts rather than of CRM ids, and with what ended it.

{%- set definition = var('customer_definition') %}

-- all definitions are unit-tested, so the inputs of all come first:
-- depends_on: {{ ref('int_subscription_versions') }}

with

as_of as (

    select
        as_of_date,
        as_of_date + {{ var('late_data_days') }} as known_until

    from {{ ref('int_as_of_date') }}

),

account_spells as (

    select account_spells.*

    from {{ ref('int_account_spells') }} as account_spells

    inner join as_of
        on
            account_spells.known_from <= as_of.known_until
            and account_spells.known_before > as_of.known_until
            and account_spells.spell_from <= as_of.as_of_date

),

account_id_map as (

    select * from {{ ref('int_account_id_map') }}

),

-- null while the account is one of its own
account_ends as (

    select
        account_id,
        nullif(max(valid_to), cast('9999-01-01' as date)) as merged_on

    from account_id_map

    where source_account_id = account_id

    group by account_id

),

-- from a merge on, the spells of the merged account are those of the other
spans as (

    select
        account_id_map.account_id,
        case
            when account_spells.spell_from > account_id_map.valid_from
                then account_spells.spell_from
            else account_id_map.valid_from
        end as span_from,
        case
            when account_spells.spell_to < account_id_map.valid_to
                then account_spells.spell_to
            else account_id_map.valid_to
        end as span_to

    from account_spells

    inner join account_id_map
        on
            account_spells.account_id = account_id_map.source_account_id
            and account_spells.spell_from < account_id_map.valid_to
            and account_spells.spell_to > account_id_map.valid_from

),

spans_with_earlier_end as (

    select
        *,
        max(span_to) over (
            partition by account_id
            order by span_from, span_to
            rows between unbounded preceding and 1 preceding
        ) as earlier_end

    from spans

),

numbered_spans as (

    select
        *,
        sum(
            case
                when span_from <= earlier_end + {{ var('churn_grace_days') }} then 0
                else 1
            end
        ) over (
            partition by account_id
            order by span_from, span_to
            rows between unbounded preceding and current row
        ) as spell_number

    from spans_with_earlier_end

),

spells as (

    select
        account_id,
        cast(spell_number as int) as spell_number,
        min(span_from) as spell_from,
        max(span_to) as spell_to

    from numbered_spans

    group by account_id, spell_number

),

{%- if definition == 'subscription_or_activity' %}

first_subscriptions as (

    select
        account_id_map.account_id,
        min(subscription_versions.active_from) as first_day

    from {{ ref('int_subscription_versions') }} as subscription_versions

    inner join account_id_map
        on
            subscription_versions.account_id = account_id_map.source_account_id
            and subscription_versions.active_from < account_id_map.valid_to

    cross join as_of

    where subscription_versions.loaded_on <= as_of.known_until

    group by account_id_map.account_id

),

{%- endif %}

ended_spells as (

    select
        spells.account_id,
        spells.spell_number,
        spells.spell_from,
        spells.spell_to,
        account_ends.merged_on,
        case
            -- who comes back within the grace days was never gone, and who was merged
            -- within them is another account
            when
                spells.spell_to + {{ var('churn_grace_days') }} > as_of.as_of_date
                or spells.spell_to + {{ var('churn_grace_days') }}
                >= account_ends.merged_on
                then null
            {%- if definition == 'subscription' %}
            else 'churned'
            {%- elif definition == 'activity' %}
            else 'inactive'
            {%- else %}
            when first_subscriptions.first_day < spells.spell_to then 'churned'
            else 'inactive'
            {%- endif %}
        end as loss

    from spells

    inner join account_ends
        on spells.account_id = account_ends.account_id

    {%- if definition == 'subscription_or_activity' %}

    left join first_subscriptions
        on spells.account_id = first_subscriptions.account_id
    {%- endif %}

    cross join as_of

)

select * from ended_spells
