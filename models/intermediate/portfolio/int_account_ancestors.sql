-- One row per account per account above it per span of days, from valid_from to before
-- valid_to: its parent at level 1, the parent's parent at level 2, up to level 5; level
-- 6 only tells that the chain goes on. What is its own ancestor has no parent: a chain
-- ends where it reaches a circle.

with

parents as (

    select * from {{ ref('int_account_parents') }}

    where not is_in_circle

),

first_level as (

    select
        account_id,
        parent_account_id as ancestor_account_id,
        valid_from,
        valid_to

    from parents

),

{%- for level, before in [('second', 'first'), ('third', 'second'),
    ('fourth', 'third'), ('fifth', 'fourth'), ('sixth', 'fifth')] %}

{{ level }}_level as (

    select
        below.account_id,
        parents.parent_account_id as ancestor_account_id,
        case
            when parents.valid_from > below.valid_from then parents.valid_from
            else below.valid_from
        end as valid_from,
        case
            when parents.valid_to < below.valid_to then parents.valid_to
            else below.valid_to
        end as valid_to

    from {{ before }}_level as below

    inner join parents
        on
            below.ancestor_account_id = parents.account_id
            and below.valid_from < parents.valid_to
            and below.valid_to > parents.valid_from

),
{%- endfor %}

account_ancestors as (

    {%- for level in ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'] %}

    {{ 'union all' if not loop.first }}

    select
        account_id,
        ancestor_account_id,
        {{ loop.index }} as level,
        valid_from,
        valid_to

    from {{ level }}_level

    {%- endfor %}

)

select * from account_ancestors
