-- One row per segment of the accounts to score per product: whether that segment may
-- buy it, null when nobody knows. Accounts without a segment are of the segment
-- unknown.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

products as (

    select * from {{ ref('stg_billing__products') }}

),

segments as (

    select distinct coalesce(segment, 'unknown') as segment from account_days

),

segment_lists as (

    select
        product_id,
        eligible_segments,

        -- 'a | b' has underscores for blanks by now
        concat('|', replace(replace(eligible_segments, '_|', '|'), '|_', '|'), '|')
            as segment_list

    from products

),

segment_products as (

    select
        segments.segment,
        segment_lists.product_id,
        case
            when segment_lists.eligible_segments is null then 1
            when segments.segment = 'unknown' then null
            when
                instr(segment_lists.segment_list, concat('|', segments.segment, '|'))
                > 0
                then 1
            else 0
        end as is_eligible

    from segments

    cross join segment_lists

)

select * from segment_products
