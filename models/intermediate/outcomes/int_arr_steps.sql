-- One row per account per day on which its recurring revenue changes, from the
-- subscriptions as they are known on as_of_date, all at the rates of that day, or a
-- currency would look like a customer. What a merge brings or takes is no step.

with

as_of as (

    select
        as_of_date,
        as_of_date + {{ var('late_data_days') }} as known_until

    from {{ ref('int_as_of_date') }}

),

-- null where the amount cannot be converted
versions as (

    select
        subscription_versions.account_id,
        subscription_versions.active_from,
        subscription_versions.active_to,
        subscription_versions.mrr * 12 * exchange_rates.rate as arr

    from {{ ref('int_subscription_versions') }} as subscription_versions

    inner join as_of
        on
            subscription_versions.loaded_on <= as_of.known_until
            and subscription_versions.known_before > as_of.known_until

    left join {{ ref('int_exchange_rates') }} as exchange_rates
        on
            subscription_versions.currency = exchange_rates.currency
            and as_of.as_of_date >= exchange_rates.valid_from
            and as_of.as_of_date < exchange_rates.valid_to

),

versions_by_account as (

    select
        account_id_map.account_id,
        account_id_map.valid_from,
        account_id_map.valid_to,
        versions.active_from,
        versions.active_to,
        versions.arr

    from versions

    inner join {{ ref('int_account_id_map') }} as account_id_map
        on
            versions.account_id = account_id_map.source_account_id
            and versions.active_from < account_id_map.valid_to
            and versions.active_to > account_id_map.valid_from

),

starts_and_ends as (

    select
        account_id,
        case when active_from < valid_from then valid_from else active_from end
            as step_date,
        coalesce(arr, 0) as change,
        case when active_from < valid_from then 0 else coalesce(arr, 0) end
            as own_change,
        case when arr is null then 1 else 0 end as unknown_change

    from versions_by_account

    union all

    select
        account_id,
        case when active_to > valid_to then valid_to else active_to end as step_date,
        -coalesce(arr, 0) as change,
        case when active_to > valid_to then 0 else -coalesce(arr, 0) end as own_change,
        case when arr is null then -1 else 0 end as unknown_change

    from versions_by_account

),

changes as (

    select
        starts_and_ends.account_id,
        starts_and_ends.step_date,
        {{ exact_sum('starts_and_ends.change', 6) }} as change,
        {{ exact_sum('starts_and_ends.own_change', 6) }} as own_change,
        sum(starts_and_ends.unknown_change) as unknown_change

    from starts_and_ends

    inner join as_of
        on starts_and_ends.step_date <= as_of.as_of_date

    group by starts_and_ends.account_id, starts_and_ends.step_date

),

levels as (

    select
        *,
        sum(change) over so_far as level,
        sum(unknown_change) over so_far as unknown_amounts

    from changes

    window so_far as (
        partition by account_id
        order by step_date
        rows between unbounded preceding and current row
    )

),

-- null while an amount is unknown
steps as (

    select
        account_id,
        step_date,
        case
            when unknown_amounts = unknown_change
                then {{ rounded('level - own_change', 2) }}
        end as arr_before,
        case when unknown_amounts = 0 then {{ rounded('level', 2) }} end as arr_after,
        {{ rounded('own_change', 2) }} as own_change,
        cast(step_date - cast('1900-01-01' as date) as int) as day_number

    from levels

    where
        change <> 0
        or own_change <> 0
        or unknown_change <> 0

),

-- a gap that closes within the grace days, or a price that holds no longer, is no step
held_steps as (

    select
        account_id,
        step_date,
        arr_before,
        arr_after,
        own_change,
        {%- for extreme, function in [('lowest', 'min'), ('highest', 'max')] %}
        case
            when count(*) over before = count(arr_before) over before
                then {{ function }}(arr_before) over before
        end as {{ extreme }}_before,
        case
            when count(*) over after = count(arr_after) over after
                then {{ function }}(arr_after) over after
        end as {{ extreme }}_after
        {{- ',' if not loop.last }}
        {%- endfor %}

    from steps

    window
        before as (
            partition by account_id
            order by day_number
            range between {{ var('churn_grace_days') }} preceding and current row
        ),
        after as (
            partition by account_id
            order by day_number
            range between current row and {{ var('churn_grace_days') }} following
        )

)

select * from held_steps
