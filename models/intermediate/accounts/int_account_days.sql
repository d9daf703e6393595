-- One row per account per day to score, with what was true of it on that day, and the
-- scorecard version that scores it. This is the spine: every signal and score hangs on
-- it.

with

account_day_ids as (

    select
        account_id,
        snapshot_date,
        loaded_until,
        min(spell_from) as customer_since

    from {{ ref('int_account_day_ids') }}

    group by all

),

account_versions as (

    select * from {{ ref('int_account_versions') }}

),

account_day_revenue as (

    select * from {{ ref('int_account_day_revenue') }}

),

size_bands as (

    select
        size_band,
        min_employees,
        lead(min_employees) over (order by min_employees) as next_min_employees

    from {{ ref('size_bands') }}

),

account_days as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        account_day_ids.loaded_until,
        account_versions.segment,
        account_versions.industry,
        account_versions.region,
        size_bands.size_band,
        account_versions.service_tier,
        account_day_revenue.product,
        account_day_revenue.customer_type,
        account_versions.owner_id,
        account_versions.parent_account_id,
        cast(account_day_ids.snapshot_date - account_day_ids.customer_since as int)
            as tenure_days,
        cast(account_day_revenue.days_to_renewal as int) as days_to_renewal,
        account_day_revenue.arr,
        account_day_revenue.list_arr,
        account_day_revenue.seats,
        account_day_revenue.active_subscriptions

    from account_day_ids

    inner join account_versions
        on
            account_day_ids.account_id = account_versions.account_id
            and account_day_ids.snapshot_date >= account_versions.valid_from
            and account_day_ids.snapshot_date < account_versions.valid_to

    inner join account_day_revenue
        on
            account_day_ids.account_id = account_day_revenue.account_id
            and account_day_ids.snapshot_date = account_day_revenue.snapshot_date

    left join size_bands
        on
            account_versions.employee_count >= size_bands.min_employees
            and account_versions.employee_count < coalesce(
                size_bands.next_min_employees, 1e18
            )

),

staged_account_days as (

    select
        account_days.*,
        lifecycle_stages.stage as lifecycle_stage,
        row_number() over (
            partition by account_days.account_id, account_days.snapshot_date
            order by
                lifecycle_stages.priority desc nulls last,
                lifecycle_stages.stage asc
        ) as stage_rank

    from account_days

    left join {{ ref('int_lifecycle_stages') }} as lifecycle_stages
        on
            account_days.snapshot_date >= lifecycle_stages.effective_from
            and account_days.snapshot_date < lifecycle_stages.effective_to
            and account_days.tenure_days >= coalesce(
                lifecycle_stages.min_tenure_days, -1
            )
            and account_days.tenure_days <= coalesce(
                lifecycle_stages.max_tenure_days, 1000000
            )
            and (
                lifecycle_stages.max_days_to_renewal is null
                or account_days.days_to_renewal <= lifecycle_stages.max_days_to_renewal
            )
            and (
                lifecycle_stages.min_days_to_renewal is null
                or account_days.days_to_renewal >= lifecycle_stages.min_days_to_renewal
            )

),

carded_account_days as (

    select
        staged_account_days.*,
        scorecards.scorecard,
        scorecards.version as scorecard_version,
        row_number() over (
            partition by
                staged_account_days.account_id,
                staged_account_days.snapshot_date
            order by scorecards.priority desc nulls last, scorecards.effective_from desc
        ) as scorecard_rank

    from staged_account_days

    left join {{ ref('scorecards') }} as scorecards
        on
            staged_account_days.snapshot_date >= scorecards.effective_from
            and staged_account_days.snapshot_date < coalesce(
                scorecards.effective_to, cast('9999-01-01' as date)
            )
            {%- for selector in ['customer_type', 'segment', 'industry', 'region',
                'size_band', 'service_tier', 'product', 'lifecycle_stage'] %}
            and (
                scorecards.{{ selector }} is null
                or staged_account_days.{{ selector }} = scorecards.{{ selector }}
            )
            {%- endfor %}
            and scorecards.status = 'published'

    where staged_account_days.stage_rank = 1

)

select
    account_id,
    snapshot_date,
    loaded_until,
    segment,
    industry,
    region,
    size_band,
    service_tier,
    product,
    customer_type,
    owner_id,
    parent_account_id,
    lifecycle_stage,
    tenure_days,
    days_to_renewal,
    arr,
    list_arr,
    seats,
    active_subscriptions,
    scorecard,
    scorecard_version

from carded_account_days

where scorecard_rank = 1
