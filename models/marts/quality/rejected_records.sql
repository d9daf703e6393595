-- One row per raw row that was set aside: where it stood, why, and what it held.

with

rejected as (

    {%- for source_name, table_name, key in [
        ('crm', 'accounts', 'account_id'),
        ('crm', 'account_changes', 'account_id'),
        ('crm', 'contacts', 'contact_id'),
        ('crm', 'activities', 'activity_id'),
        ('crm', 'opportunities', 'opportunity_id'),
        ('crm', 'opportunity_changes', 'opportunity_id'),
        ('crm', 'opportunity_contacts', 'opportunity_id'),
        ('crm', 'cases', 'case_id'),
        ('crm', 'csm_assessments', 'assessment_id'),
        ('crm', 'objectives', 'objective_id'),
        ('crm', 'tasks', 'task_id'),
        ('crm', 'trainings', 'enrolment_id'),
        ('billing', 'subscriptions', 'subscription_id'),
        ('billing', 'products', 'product_id'),
        ('billing', 'invoices', 'invoice_id'),
        ('billing', 'payments', 'payment_id'),
        ('billing', 'service_costs', 'account_id'),
        ('survey', 'invitations', 'invitation_id'),
        ('survey', 'responses', 'response_id'),
        ('usage', 'users', 'user_id'),
        ('usage', 'features', 'feature'),
        ('usage', 'integrations', 'integration_id'),
        ('marketing', 'touches', 'touch_id'),
        ('marketing', 'intent', 'account_id'),
        ('marketing', 'market_events', 'event_id'),
    ] %}

    select
        '{{ source_name }}' as source,
        '{{ table_name }}' as table_name,
        {{ key }} as record_key,
        _rejection_reason as reason,
        _record_date as record_date,
        _raw_record as content

    from {{ source(source_name, table_name) }}

    where _row_status = 'rejected'

    union all

    {%- endfor %}

    select
        'usage' as source,
        'events' as table_name,
        event_id as record_key,
        reason,
        nullif(record_date, cast('1900-01-01' as date)) as record_date,
        content

    from {{ ref('int_usage_event_rejects') }}

    where reason is not null

)

select * from rejected
