-- One row per feature.

with

features as (

    select * from {{ source('usage', 'features') }}

),

staged as (

    select
        -- keys
        feature,
        product_id,

        -- numbers
        minutes_saved_per_use,

        -- flags
        is_core,

        -- dates, UTC
        released_at,
        cast(released_at as date) as released_on

    from features

    where _row_status = 'staged'

)

select * from staged
