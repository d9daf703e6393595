-- One row per raw table per day of its records: how many rows arrived, and what became
-- of them. Keeps the days of a table that has disappeared, so that it counts as stale;
-- and of usage.events, which a run reads only in part.

{{ config(
    materialized='incremental',
    unique_key='source_table',
    partition_by=('source_table' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

counted as (

    {%- for source_name, table_name in [
        ('crm', 'accounts'), ('crm', 'account_changes'), ('crm', 'contacts'),
        ('crm', 'activities'), ('crm', 'opportunities'), ('crm', 'opportunity_changes'),
        ('crm', 'opportunity_contacts'), ('crm', 'cases'), ('crm', 'csm_assessments'),
        ('crm', 'objectives'), ('crm', 'tasks'), ('crm', 'trainings'),
        ('billing', 'subscriptions'), ('billing', 'products'), ('billing', 'invoices'),
        ('billing', 'payments'), ('billing', 'service_costs'),
        ('survey', 'invitations'), ('survey', 'responses'),
        ('usage', 'events'), ('usage', 'users'), ('usage', 'features'),
        ('usage', 'integrations'),
        ('marketing', 'touches'), ('marketing', 'intent'),
        ('marketing', 'market_events'),
    ] %}

    {%- set raw_rows = ref('base_usage__events') if table_name == 'events'
        else source(source_name, table_name) %}

    {{ 'union all' if not loop.first }}

    select
        '{{ source_name }}.{{ table_name }}' as source_table,
        _record_date as record_date,
        sum(_raw_rows) as raw_rows,
        sum(case when _row_status = 'staged' then _raw_rows else 0 end)
            as staged_rows,
        sum(case when _row_status = 'rejected' then _raw_rows else 0 end)
            as rejected_rows,
        sum(case when _row_status = 'duplicate' then _raw_rows else 0 end)
            as duplicate_rows,
        sum(case when _row_status = 'deleted' then _raw_rows else 0 end)
            as deleted_rows,
        sum(
            case
                when _rejection_reason = 'account_id is not in crm.accounts'
                    then _raw_rows
                else 0
            end
        ) as orphan_rows,
        sum(_unknown_values) as unknown_values,
        sum(_unreadable_values) as unreadable_values,
        min(_loaded_on) filter (where _row_status = 'staged') as first_loaded_on

    from {{ raw_rows }}

    group by _record_date

    {%- endfor %}

),

stamped as (

    select
        source_table,
        record_date,
        cast(raw_rows as bigint) as raw_rows,
        cast(staged_rows as bigint) as staged_rows,
        cast(rejected_rows as bigint) as rejected_rows,
        cast(duplicate_rows as bigint) as duplicate_rows,
        cast(deleted_rows as bigint) as deleted_rows,
        cast(orphan_rows as bigint) as orphan_rows,
        cast(unknown_values as bigint) as unknown_values,
        cast(unreadable_values as bigint) as unreadable_values,
        first_loaded_on,
        '{{ invocation_id }}' as run_id

    from counted

    {%- if is_incremental() %}

    union all

    -- days of usage that this run does not read
    select
        source_table,
        record_date,
        raw_rows,
        staged_rows,
        rejected_rows,
        duplicate_rows,
        deleted_rows,
        orphan_rows,
        unknown_values,
        unreadable_values,
        first_loaded_on,
        run_id

    from {{ this }} as known

    where
        known.source_table = 'usage.events'
        and known.record_date is not null
        and not exists (
            select 1 from counted
            where
                counted.source_table = 'usage.events'
                and counted.record_date = known.record_date
        )

    {%- endif %}

)

select * from stamped
