-- Nothing is lost without a trace: raw = staged + rejected + duplicates + deleted for
-- every raw table, what is staged is in its staging model, and what is rejected is in
-- rejected_records. For usage.events day by day, with int_user_feature_days.

with

counted as (

    select
        record_days.source_table,
        sum(record_days.raw_rows) as raw_rows,
        sum(record_days.staged_rows) as staged_rows,

        -- use after as_of_date is read when its day has come
        sum(
            case
                when
                    record_days.source_table <> 'usage.events'
                    or record_days.record_date <= as_of.as_of_date
                    then record_days.staged_rows
                else 0
            end
        ) as staged_rows_so_far,
        sum(record_days.rejected_rows) as rejected_rows,
        sum(record_days.duplicate_rows) as duplicate_rows,
        sum(record_days.deleted_rows) as deleted_rows

    from {{ ref('int_raw_record_days') }} as record_days

    cross join {{ ref('int_as_of_date') }} as as_of

    -- a table that has disappeared is known by its days only; crm.accounts is required,
    -- so its rows are of the run that read the raw tables last
    where
        record_days.source_table = 'usage.events'
        or record_days.run_id in (
            select accounts_days.run_id
            from {{ ref('int_raw_record_days') }} as accounts_days
            where accounts_days.source_table = 'crm.accounts'
        )

    group by record_days.source_table

),

in_staging as (

    {%- for model in [
        'crm__accounts', 'crm__account_changes', 'crm__contacts', 'crm__activities',
        'crm__opportunities', 'crm__opportunity_changes', 'crm__opportunity_contacts',
        'crm__cases', 'crm__csm_assessments', 'crm__objectives', 'crm__tasks',
        'crm__trainings', 'billing__subscriptions', 'billing__products',
        'billing__invoices', 'billing__payments', 'billing__service_costs',
        'survey__invitations', 'survey__responses', 'usage__users', 'usage__features',
        'usage__integrations', 'marketing__touches', 'marketing__intents',
        'marketing__market_events',
    ] %}

    select
        '{{ model | replace("__", ".") | replace("intents", "intent") }}'
            as source_table,
        count(*) as staged_rows

    from {{ ref('stg_' ~ model) }}

    union all

    {%- endfor %}

    select
        'usage.events' as source_table,
        coalesce(sum(use_days.events), 0) as staged_rows

    from {{ ref('int_user_feature_days') }} as use_days

    inner join {{ ref('int_as_of_date') }} as as_of
        on use_days.event_date <= as_of.as_of_date

),

set_aside as (

    select
        concat(source, '.', table_name) as source_table,
        count(*) as rejected_rows

    from {{ ref('rejected_records') }}

    group by concat(source, '.', table_name)

)

select
    in_staging.source_table,
    counted.raw_rows,
    counted.staged_rows,
    counted.staged_rows_so_far,
    counted.rejected_rows,
    counted.duplicate_rows,
    counted.deleted_rows,
    in_staging.staged_rows as rows_in_staging,
    set_aside.rejected_rows as rows_in_rejected_records

from in_staging

left join counted
    on in_staging.source_table = counted.source_table

left join set_aside
    on in_staging.source_table = set_aside.source_table

where
    coalesce(counted.raw_rows, 0)
    <> coalesce(
        counted.staged_rows + counted.rejected_rows + counted.duplicate_rows
        + counted.deleted_rows, 0
    )
    or coalesce(counted.staged_rows_so_far, 0) <> in_staging.staged_rows
    or coalesce(counted.rejected_rows, 0) <> coalesce(set_aside.rejected_rows, 0)
