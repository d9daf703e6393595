-- One row per account with a parent per span of days, from valid_from to before
-- valid_to: the parent as the CRM names it, which after a merge is the account that
-- survived.

with

account_versions as (

    select * from {{ ref('int_account_versions') }}

),

account_id_map as (

    select * from {{ ref('int_account_id_map') }}

),

parents as (

    select
        account_versions.account_id,

        -- one that is not in the CRM keeps its id
        coalesce(account_id_map.account_id, account_versions.parent_account_id)
            as parent_account_id,
        case
            when account_id_map.valid_from > account_versions.valid_from
                then account_id_map.valid_from
            else account_versions.valid_from
        end as valid_from,
        case
            when account_id_map.valid_to < account_versions.valid_to
                then account_id_map.valid_to
            else account_versions.valid_to
        end as valid_to

    from account_versions

    left join account_id_map
        on
            account_versions.parent_account_id = account_id_map.source_account_id
            and account_versions.valid_from < account_id_map.valid_to
            and account_versions.valid_to > account_id_map.valid_from

    where
        account_versions.parent_account_id is not null

        -- a parent that was merged into its child is the child
        and (
            account_versions.parent_account_id = account_versions.account_id
            or coalesce(account_id_map.account_id, '') <> account_versions.account_id
        )

)

select * from parents
