-- One row per account with a parent per span of days, from valid_from to before
-- valid_to: the parent, and whether the account is its own ancestor then, in a circle
-- of up to ten.

with

parents as (

    select * from {{ ref('int_account_parent_spans') }}

),

first_level as (

    select
        account_id,
        parent_account_id as ancestor_account_id,
        valid_from,
        valid_to

    from parents

),

-- the parent's parent, and so on; a chain that came back to its account ends there
{%- for level, before in [('second', 'first'), ('third', 'second'),
    ('fourth', 'third'), ('fifth', 'fourth')] %}

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

    where below.account_id <> below.ancestor_account_id

),
{%- endfor %}

chains as (

    {%- for level in ['first', 'second', 'third', 'fourth', 'fifth'] %}

    {{ 'union all' if not loop.first }}

    select
        account_id,
        ancestor_account_id,
        valid_from,
        valid_to

    from {{ level }}_level

    {%- endfor %}

),

-- from an account up to another, and from there up to the account
circles as (

    select
        up.account_id,
        case
            when back.valid_from > up.valid_from then back.valid_from
            else up.valid_from
        end as valid_from,
        case
            when back.valid_to < up.valid_to then back.valid_to
            else up.valid_to
        end as valid_to

    from chains as up

    inner join chains as back
        on
            up.ancestor_account_id = back.account_id
            and up.account_id = back.ancestor_account_id
            and up.valid_from < back.valid_to
            and up.valid_to > back.valid_from

),

days_of_change as (

    {%- for spans in ['parents', 'circles'] %}
    {%- for day in ['valid_from', 'valid_to'] %}

    {{ 'union' if spans == 'circles' or day == 'valid_to' }}

    select
        account_id,
        {{ day }} as changed_on

    from {{ spans }}

    {%- endfor %}
    {%- endfor %}

),

unchanged_spans as (

    select
        account_id,
        changed_on as valid_from,
        lead(changed_on) over (partition by account_id order by changed_on)
            as valid_to

    from days_of_change

),

-- by several ways, for each account on the circle
spans_in_circle as (

    select distinct
        unchanged_spans.account_id,
        unchanged_spans.valid_from

    from unchanged_spans

    inner join circles
        on
            unchanged_spans.account_id = circles.account_id
            and unchanged_spans.valid_from >= circles.valid_from
            and unchanged_spans.valid_to <= circles.valid_to

),

account_parents as (

    select
        parents.account_id,
        parents.parent_account_id,
        unchanged_spans.valid_from,
        unchanged_spans.valid_to,
        spans_in_circle.account_id is not null as is_in_circle

    from parents

    inner join unchanged_spans
        on
            parents.account_id = unchanged_spans.account_id
            and parents.valid_from <= unchanged_spans.valid_from
            and parents.valid_to >= unchanged_spans.valid_to

    left join spans_in_circle
        on
            unchanged_spans.account_id = spans_in_circle.account_id
            and unchanged_spans.valid_from = spans_in_circle.valid_from

)

select * from account_parents
