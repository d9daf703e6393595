-- One row per product.

with

products as (

    select * from {{ source('billing', 'products') }}

),

staged as (

    select
        -- keys
        product_id,

        -- attributes
        product_name,
        impact_area,
        benefactor_team,
        eligible_segments

    from products

    where _row_status = 'staged'

)

select * from staged
