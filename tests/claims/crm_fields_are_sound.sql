-- Every rule that seeds/crm_targets.csv and crm_fields.csv must keep, in words: which
-- row, and what to do.

with

targets as (

    select * from {{ ref('crm_targets') }}

),

fields as (

    select
        *,
        concat(target, ', ', field) as place

    from {{ ref('crm_fields') }}

),

problems as (

    select
        'crm_targets' as seed,
        target as place,
        'rows_per_request must be 1 or more, of hubspot at most 100' as problem
    from targets
    where
        rows_per_request is null
        or rows_per_request < 1
        or (target = 'hubspot' and rows_per_request > 100)

    union all

    select
        'crm_targets',
        target,
        'operation must be update or upsert; of salesforce update goes with Id only'
    from targets
    where
        operation is null
        or operation not in ('update', 'upsert')
        or (target = 'salesforce' and operation = 'update' and id_field <> 'Id')

    union all

    select
        'crm_targets',
        target,
        'line_ending must be LF or CRLF'
    from targets
    where line_ending is null or line_ending not in ('LF', 'CRLF')

    union all

    select
        'crm_targets',
        target,
        'most_gone_share must be a share, 0 to 1, and most_retries 0 or more'
    from targets
    where
        most_gone_share is null
        or most_gone_share not between 0 and 1
        or most_retries is null
        or most_retries < 0

    union all

    select
        'crm_fields',
        fields.place,
        'target must be in seeds/crm_targets.csv'
    from fields
    left join targets
        on fields.target = targets.target
    where targets.target is null

    union all

    select
        'crm_fields',
        place,
        'number and percent must have decimals, 0 or more; other types have none'
    from fields
    where
        case
            when field_type in ('number', 'percent') then coalesce(decimals, -1) < 0
            else decimals is not null
        end

    union all

    select
        'crm_fields',
        place,
        'max_length must be 10 or more, or blank'
    from fields
    where max_length < 10

    union all

    select
        'crm_fields',
        place,
        'field_type must be one that docs/crm.md knows'
    from fields
    where
        field_type is null
        or field_type not in (
            'number', 'percent', 'text', 'picklist', 'string', 'enumeration', 'date'
        )

)

select * from problems
