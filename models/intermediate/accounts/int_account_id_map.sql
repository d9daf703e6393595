-- One row per account per CRM id whose records count for it, from valid_from to before
-- valid_to: its own, and after a merge those of accounts that it survived; past days
-- keep the old id. All ids of an account have the same spans of days, on which they are
-- the same ids.

with

account_merges as (

    select
        merged.account_id as source_account_id,
        merged.merged_into_account_id as account_id,
        -- without a date, it has always been merged
        coalesce(merged.merged_on, cast('1900-01-01' as date)) as merged_on

    from {{ ref('stg_crm__accounts') }} as merged

    inner join {{ ref('stg_crm__accounts') }} as surviving
        on merged.merged_into_account_id = surviving.account_id

    where merged.account_id <> merged.merged_into_account_id

),

accounts as (

    select
        account_id as source_account_id,
        account_id,
        cast('1900-01-01' as date) as valid_from

    from {{ ref('stg_crm__accounts') }}

),

-- an account that was merged may have been merged again, and again
{%- for step, before in [('first', 'accounts'), ('second', 'first_merge'),
    ('third', 'second_merge'), ('fourth', 'third_merge')] %}

{{ step }}_merge as (

    select
        {{ before }}.source_account_id,
        account_merges.account_id,
        case
            when account_merges.merged_on > {{ before }}.valid_from
                then account_merges.merged_on
            else {{ before }}.valid_from
        end as valid_from

    from {{ before }}

    inner join account_merges
        on {{ before }}.account_id = account_merges.source_account_id

),
{%- endfor %}

steps as (

    {%- for merges in ['accounts', 'first_merge', 'second_merge', 'third_merge',
        'fourth_merge'] %}

    {{ 'union all' if not loop.first }}

    select
        *,
        {{ loop.index }} as step

    from {{ merges }}

    {%- endfor %}

),

spans as (

    select
        account_id,
        source_account_id,
        valid_from,
        lead(valid_from, 1, cast('9999-01-01' as date)) over (
            partition by source_account_id order by step
        ) as valid_to

    from steps

),

merged_spans as (

    select * from spans

    where valid_from < valid_to

),

days_of_change as (

    select
        account_id,
        valid_from as changed_on

    from merged_spans

    union

    select
        account_id,
        valid_to as changed_on

    from merged_spans

),

unchanged_spans as (

    select
        account_id,
        changed_on as unchanged_from,
        lead(changed_on) over (partition by account_id order by changed_on)
            as unchanged_to

    from days_of_change

),

account_id_map as (

    select
        merged_spans.account_id,
        merged_spans.source_account_id,
        unchanged_spans.unchanged_from as valid_from,
        unchanged_spans.unchanged_to as valid_to

    from merged_spans

    inner join unchanged_spans
        on
            merged_spans.account_id = unchanged_spans.account_id
            and merged_spans.valid_from <= unchanged_spans.unchanged_from
            and merged_spans.valid_to >= unchanged_spans.unchanged_to

)

select * from account_id_map
