-- One row per account per span of unchanged attributes, from valid_from to before
-- valid_to: what was true of the account on a past day, from the dated changes;
-- attributes that never changed have the value of today.

with

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

account_changes as (

    select
        account_id,
        field,
        old_value,
        new_value,
        changed_at,

        -- a change that arrived late was not known before
        {{ known_on('changed_on') }} as known_on

    from {{ ref('stg_crm__account_changes') }}

),

attributes_of_today as (

    select
        account_id,
        parent_account_id,
        industry,
        country,
        region,
        segment,
        cast(employee_count as string) as employee_count,
        service_tier,
        owner_id

    from accounts

),

values_of_today as (

    select
        account_id,
        field,
        value

    from attributes_of_today unpivot include nulls (
        value for field in (
            parent_account_id, industry, country, region, segment, employee_count,
            service_tier, owner_id
        )
    )

),

changes_in_order as (

    select
        account_id,
        field,
        known_on,
        old_value,
        new_value,
        min(known_on) over (
            partition by account_id, field
            order by changed_at
            rows between 1 following and unbounded following
        ) as newer_known_on,
        row_number() over (
            partition by account_id, field order by changed_at
        ) as rank_of_all

    from account_changes

),

spans as (

    -- before the first change
    select
        account_id,
        field,
        cast('1900-01-01' as date) as valid_from,
        old_value as value

    from changes_in_order

    where rank_of_all = 1

    union all

    select
        account_id,
        field,
        known_on as valid_from,
        new_value as value

    from changes_in_order

    -- one that was known no sooner than a newer one never held
    where
        newer_known_on is null
        or known_on < newer_known_on

    union all

    select
        values_of_today.account_id,
        values_of_today.field,
        cast('1900-01-01' as date) as valid_from,
        values_of_today.value

    from values_of_today

    left join account_changes
        on
            values_of_today.account_id = account_changes.account_id
            and values_of_today.field = account_changes.field

    where account_changes.account_id is null

),

spans_with_end as (

    select
        *,
        lead(valid_from, 1, cast('9999-01-01' as date)) over (
            partition by account_id, field order by valid_from
        ) as valid_to

    from spans

),

starts_of_versions as (

    select distinct
        account_id,
        valid_from

    from spans

),

versions as (

    select
        account_id,
        valid_from,
        lead(valid_from, 1, cast('9999-01-01' as date)) over (
            partition by account_id order by valid_from
        ) as valid_to

    from starts_of_versions

),

account_versions as (

    select
        versions.account_id,
        versions.valid_from,
        versions.valid_to,
        max(
            case
                when spans_with_end.field = 'parent_account_id'
                    then spans_with_end.value
            end
        ) as parent_account_id,
        {%- for field in ['industry', 'region', 'segment', 'service_tier'] %}
        max(
            case
                when spans_with_end.field = '{{ field }}'
                    then {{ category('spans_with_end.value') }}
            end
        ) as {{ field }},
        {%- endfor %}
        max(
            case
                when spans_with_end.field = 'country' then upper(spans_with_end.value)
            end
        ) as country,
        max(case when spans_with_end.field = 'owner_id' then spans_with_end.value end)
            as owner_id,
        max(
            case
                when spans_with_end.field = 'employee_count'
                    then try_cast(spans_with_end.value as double)
            end
        ) as employee_count

    from versions

    inner join spans_with_end
        on
            versions.account_id = spans_with_end.account_id
            and versions.valid_from >= spans_with_end.valid_from
            and versions.valid_from < spans_with_end.valid_to

    group by all

)

select * from account_versions
