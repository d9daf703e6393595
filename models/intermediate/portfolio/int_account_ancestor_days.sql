-- One row per account per day in account_health_daily per account above it, as it was
-- known when the day was scored: history, so that a closed day keeps its parents. A day
-- on which no account has a parent has a row without account, which takes the place of
-- those that it had before.

{{ config(
    materialized='incremental',
    unique_key='snapshot_date',
    partition_by=('snapshot_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

account_ancestors as (

    select * from {{ ref('int_account_ancestors') }}

    -- the sixth tells that a chain is too long
    where level <= 5

),

-- what the run has scored, and what an earlier one has not brought as far as here
days_due as (

    select
        snapshot_date,
        run_id

    from {{ ref('int_stored_days') }}

    {%- if is_incremental() %}

    except

    select
        snapshot_date,
        run_id

    from {{ this }}

    {%- endif %}

),

ancestor_days as (

    select
        account_health_daily.account_id,
        account_ancestors.ancestor_account_id,
        account_ancestors.level,
        account_health_daily.snapshot_date

    from account_health_daily

    inner join days_due
        on account_health_daily.snapshot_date = days_due.snapshot_date

    inner join account_ancestors
        on
            account_health_daily.account_id = account_ancestors.account_id
            and account_health_daily.snapshot_date >= account_ancestors.valid_from
            and account_health_daily.snapshot_date < account_ancestors.valid_to

)

select
    ancestor_days.account_id,
    ancestor_days.ancestor_account_id,
    cast(ancestor_days.level as int) as level,
    days_due.snapshot_date,
    days_due.run_id

from days_due

left join ancestor_days
    on days_due.snapshot_date = ancestor_days.snapshot_date

order by days_due.snapshot_date
