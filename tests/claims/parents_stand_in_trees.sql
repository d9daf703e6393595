-- Every account that names a parent counts for all accounts above it. A warning, no
-- error: scores do not depend on parents, and the CRM alone can mend them.

{{ config(severity='warn') }}

with

as_of as (

    select * from {{ ref('int_as_of_date') }}

),

problems as (

    select
        account_parents.account_id,
        account_parents.parent_account_id as other_account_id,
        concat(
            'stands above itself by way of this parent, and has no parent until ',
            'parent_account_id is corrected in the CRM'
        ) as problem

    from {{ ref('int_account_parents') }} as account_parents

    inner join as_of
        on
            account_parents.valid_from <= as_of.as_of_date
            and account_parents.valid_to > as_of.as_of_date

    where account_parents.is_in_circle

    union all

    select
        account_ancestors.account_id,
        account_ancestors.ancestor_account_id as other_account_id,
        concat(
            'stands six levels below this account, and counts only for the nearest ',
            'five above it; or is one of a circle of more than ten'
        ) as problem

    from {{ ref('int_account_ancestors') }} as account_ancestors

    inner join as_of
        on
            account_ancestors.valid_from <= as_of.as_of_date
            and account_ancestors.valid_to > as_of.as_of_date

    where account_ancestors.level = 6

)

select * from problems
