-- One row per account per day to score: signals of the value that the customer gets,
-- from what was known by the end of that day.
-- Every column after the keys is a signal in seeds/signals.csv.

with

account_days as (

    select * from {{ ref('int_account_days') }}

),

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

objectives as (

    select * from {{ ref('stg_crm__objectives') }}

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

-- where no achievement has ever been recorded, nobody records them
first_achievement as (

    select min(achieved_on) as first_achieved_on from objectives

),

objective_signals as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        avg(
            case
                when objectives.achieved_on <= account_day_ids.snapshot_date
                    then cast(1 as double)
                else 0
            end
        ) as objectives_achieved_share_365d

    from account_day_ids

    inner join objectives
        on
            account_day_ids.source_account_id = objectives.account_id
            and objectives.due_on > account_day_ids.snapshot_date - 365
            and account_day_ids.snapshot_date >= objectives.due_on
            and account_day_ids.snapshot_date >= objectives.set_on
            and account_day_ids.loaded_until >= objectives.loaded_on

    inner join first_achievement
        on account_day_ids.snapshot_date >= first_achievement.first_achieved_on

    group by account_day_ids.account_id, account_day_ids.snapshot_date

),

signals as (

    select
        account_days.account_id,
        account_days.snapshot_date,

        -- objectives
        objective_signals.objectives_achieved_share_365d,

        -- use of what was bought, once the whole window is of a customer
        case
            when account_days.tenure_days < 89 then null
            when not coalesce(use_by_account_day.is_unknown_use_90d, false)
                then product_use.products_used_90d
                / cast(nullif(product_use.products_with_features, 0) as double)
        end as products_used_share_90d,

        -- time saved: zero is measured only where the products state what a use saves
        case
            when account_days.tenure_days < 89 then null
            when use_by_account_day.minutes_saved_90d is not null
                then use_by_account_day.minutes_saved_90d
            when
                product_use.products_with_stated_minutes > 0
                and not coalesce(use_by_account_day.is_unknown_use_90d, false)
                then cast(0 as double)
        end / 60 / cast(nullif(account_days.seats, 0) as double)
            as hours_saved_per_seat_90d,

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
        end as days_since_value_conversation

    from account_days

    {% for measure in ['objective_signals', 'use_by_account_day', 'product_use',
        'value_conversations'] %}
    left join {{ measure }}
        on
            account_days.account_id = {{ measure }}.account_id
            and account_days.snapshot_date = {{ measure }}.snapshot_date
    {% endfor %}

)

select * from signals
