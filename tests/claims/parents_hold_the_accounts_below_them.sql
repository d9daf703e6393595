-- parent_account_health_daily adds up to account_health_daily: every account counts
-- once for each account above it, with its revenue, and no day is missing. And every
-- account that names a parent counts for one, unless it stands above itself, or its
-- parent was merged into it. Compared are the last audited_days days, as for the
-- ledger.

with

last_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('account_health_daily') }}

),

account_health as (

    select account_health_daily.*

    from {{ ref('account_health_daily') }} as account_health_daily

    inner join last_day
        on
            account_health_daily.snapshot_date
            > last_day.snapshot_date - {{ var('audited_days') }}

),

ancestor_days as (

    select ancestor_days.*

    from {{ ref('int_account_ancestor_days') }} as ancestor_days

    inner join last_day
        on
            ancestor_days.snapshot_date
            > last_day.snapshot_date - {{ var('audited_days') }}

    where ancestor_days.account_id is not null

),

parents as (

    select parents.*

    from {{ ref('parent_account_health_daily') }} as parents

    inner join last_day
        on parents.snapshot_date > last_day.snapshot_date - {{ var('audited_days') }}

),

-- what each day should have: every account once per account above it
account_sums as (

    select
        ancestor_days.ancestor_account_id as parent_account_id,
        ancestor_days.snapshot_date,
        count(distinct account_health.account_id) as accounts,
        sum(case when ancestor_days.level = 1 then 1 else 0 end) as children,
        coalesce({{ exact_sum('account_health.arr', 2) }}, 0) as arr

    from account_health

    inner join ancestor_days
        on
            account_health.account_id = ancestor_days.account_id
            and account_health.snapshot_date = ancestor_days.snapshot_date

    group by ancestor_days.ancestor_account_id, ancestor_days.snapshot_date

),

sums_that_differ as (

    select
        coalesce(account_sums.parent_account_id, parents.parent_account_id)
            as account_id,
        coalesce(account_sums.snapshot_date, parents.snapshot_date) as snapshot_date,
        'its accounts or their revenue do not add up' as problem

    from account_sums

    full outer join parents
        on
            account_sums.parent_account_id = parents.parent_account_id
            and account_sums.snapshot_date = parents.snapshot_date

    where
        (account_sums.parent_account_id is null and parents.accounts > 0)
        or parents.parent_account_id is null
        or account_sums.accounts <> parents.accounts
        or account_sums.children <> parents.children
        or account_sums.arr <> coalesce(parents.arr, 0)
        or parents.accounts
        <> parents.green_accounts + parents.yellow_accounts + parents.orange_accounts
        + parents.red_accounts + parents.unscored_accounts

),

-- (none) stands alone on its day
days_that_differ as (

    select
        parents.parent_account_id as account_id,
        account_health.snapshot_date,
        'the day has no row, or (none) beside others' as problem

    from (select distinct snapshot_date from account_health) as account_health

    left join parents
        on account_health.snapshot_date = parents.snapshot_date

    left join account_sums
        on parents.snapshot_date = account_sums.snapshot_date

    where
        parents.snapshot_date is null
        or (
            parents.parent_account_id = '(none)'
            and account_sums.snapshot_date is not null
        )

),

accounts_without_their_parent as (

    select
        account_health.account_id,
        account_health.snapshot_date,
        'it names a parent and counts for none' as problem

    from account_health

    -- of what this run has scored, since older days know their parents of then
    inner join {{ ref('int_days_to_score') }} as days_to_score
        on account_health.snapshot_date = days_to_score.snapshot_date

    left join ancestor_days
        on
            account_health.account_id = ancestor_days.account_id
            and account_health.snapshot_date = ancestor_days.snapshot_date
            and ancestor_days.level = 1

    left join {{ ref('int_account_parents') }} as account_parents
        on
            account_health.account_id = account_parents.account_id
            and account_health.snapshot_date >= account_parents.valid_from
            and account_health.snapshot_date < account_parents.valid_to

    -- one that was merged into the account itself is no parent, and has no row there
    where
        account_health.parent_account_id is not null
        and not coalesce(account_parents.is_in_circle, true)
        and ancestor_days.account_id is null

)

select * from sums_that_differ

union all

select * from days_that_differ

union all

select * from accounts_without_their_parent
