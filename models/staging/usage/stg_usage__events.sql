-- One row per CRM account id, user, feature and day with use: usage events, reduced.

with

events as (

    select * from {{ ref('base_usage__events') }}

),

staged as (

    select
        -- keys
        account_id,
        user_id,
        feature,
        _record_date as event_date,

        -- numbers
        _raw_rows as events,
        quantity,
        minutes,
        quantity_with_outcome,
        failed_quantity

    from events

    where _row_status = 'staged'

)

select * from staged
