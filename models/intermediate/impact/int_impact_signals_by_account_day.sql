-- One row per account per day to score: signals of the value that the customer gets,
-- from what was known by the end of that day.
-- Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

use_by_account_day as (

    select * from {{ ref('int_use_by_account_day') }}

),

product_use as (

    select * from {{ ref('int_product_use_by_account_day') }}

),

value_conversations as (

    select * from {{ ref('int_value_conversations_by_account_day') }}

),

objectives as (

    select * from {{ ref('int_objectives_by_account_day') }}

),

assessments as (

    select * from {{ ref('int_assessments_by_account_day') }}

),

overdue_actions as (

    select * from {{ ref('int_overdue_actions_by_account_day') }}

),

-- zero is measured only where the products state what a use saves
hours_saved as (

    select
        account_days.account_id,
        account_days.snapshot_date,
        case
            when account_days.tenure_days < 89 then null
            when use_by_account_day.minutes_saved_90d is not null
                then use_by_account_day.minutes_saved_90d
            when
                product_use.products_with_stated_minutes > 0
                and not coalesce(use_by_account_day.is_unknown_use_90d, false)
                then cast(0 as double)
        end / 60 as hours_saved_90d

    from account_days

    left join use_by_account_day
        on
            account_days.account_id = use_by_account_day.account_id
            and account_days.snapshot_date = use_by_account_day.snapshot_date

    left join product_use
        on
            account_days.account_id = product_use.account_id
            and account_days.snapshot_date = product_use.snapshot_date

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- the plan: none is a measured zero, once the whole window is of a customer
        case
            when account_days.tenure_days < 179 then null
            when objectives.worked_on_180d > 0 then cast(1 as double)
            else cast(0 as double)
        end as success_plan_active_180d,
        case
            when objectives.last_set_on > account_days.snapshot_date - 365
                then cast(
                    cast(account_days.snapshot_date - objectives.last_set_on as int)
                    as double
                )
            when
                account_days.tenure_days >= 365
                and objectives.is_silence_known
                then cast(365 as double)
        end as days_since_objective_set,
        cast(overdue_actions.overdue_actions as double) as overdue_actions,

        -- what became of it
        objectives.achieved_share_365d as objectives_achieved_share_365d,
        objectives.confirmed_share_365d as objectives_confirmed_share_365d,

        -- value
        objectives.delivered_share_365d as value_delivered_share_365d,
        case
            when account_days.tenure_days < 364 then null
            else objectives.delivered_value_365d / nullif(account_days.arr, 0)
        end as value_to_price_ratio_365d,
        objectives.still_expected_value / nullif(account_days.arr, 0)
            as expected_value_share_of_arr,

        -- use of what was bought, once the whole window is of a customer
        case
            when account_days.tenure_days < 89 then null
            when not coalesce(use_by_account_day.is_unknown_use_90d, false)
                then product_use.products_used_90d
                / cast(nullif(product_use.products_with_features, 0) as double)
        end as products_used_share_90d,
        hours_saved.hours_saved_90d / cast(nullif(account_days.seats, 0) as double)
            as hours_saved_per_seat_90d,

        -- what is saved in 90 days goes on for a year
        hours_saved.hours_saved_90d / 90 * 365 * {{ var('value_of_saved_hour') }}
        / nullif(account_days.arr, 0) as hypothetical_value_to_price_ratio_90d,

        -- talk about it
        case
            when value_conversations.last_value_conversation_on is not null
                then cast(
                    cast(
                        account_days.snapshot_date
                        - value_conversations.last_value_conversation_on
                        as int
                    ) as double
                )
            when
                account_days.tenure_days >= 365
                and value_conversations.is_silence_known
                then cast(365 as double)
        end as days_since_value_conversation,

        -- what our own teams say
        assessments.value_understood_mean_180d,
        case
            when account_days.tenure_days < 179 then null
            else cast(assessments.aware_contacts_180d as double)
        end as stakeholders_aware_180d,
        assessments.open_risks_90d

    from account_days

    {% for measure in ['objectives', 'use_by_account_day', 'product_use', 'hours_saved',
        'value_conversations', 'assessments', 'overdue_actions'] %}
    left join {{ measure }}
        on
            account_days.account_id = {{ measure }}.account_id
            and account_days.snapshot_date = {{ measure }}.snapshot_date
    {% endfor %}

)

select * from signals
