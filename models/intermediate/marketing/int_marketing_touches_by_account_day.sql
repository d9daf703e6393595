-- One row per account per day to score with a touch that tells anything in the last 90
-- days: e-mails delivered and clicked, and visits to pages that tell of value.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

touches as (

    select
        *,

        -- null where the record does not tell
        action = 'visited'
        and channel = 'web'
        and page_category in ('product', 'upgrade', 'docs') as is_value_page_visit

    from {{ ref('stg_marketing__touches') }}

),

touch_days as (

    select
        account_id,
        occurred_on,
        loaded_on,
        count(*) filter (where channel = 'email' and action = 'delivered') as delivered,
        count(*) filter (where channel = 'email' and action = 'clicked') as clicked,
        count(*) filter (where is_value_page_visit) as value_page_visits,
        count(*) filter (where is_value_page_visit is null) as unclear_visits

    from touches

    where
        (channel = 'email' and action in ('delivered', 'clicked'))
        or coalesce(is_value_page_visit, true)

    group by all

),

touches_by_account_day as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        sum(touch_days.delivered) as delivered_90d,
        sum(touch_days.clicked) as clicked_90d,
        sum(
            case
                when touch_days.occurred_on > account_day_ids.snapshot_date - 28
                    then touch_days.value_page_visits
                else 0
            end
        ) as value_page_visits_28d,
        sum(
            case
                when touch_days.occurred_on > account_day_ids.snapshot_date - 28
                    then touch_days.unclear_visits
                else 0
            end
        ) as unclear_visits_28d

    from account_day_ids

    inner join touch_days
        on
            account_day_ids.source_account_id = touch_days.account_id
            and touch_days.occurred_on > account_day_ids.snapshot_date - 90
            and touch_days.occurred_on <= account_day_ids.snapshot_date
            and touch_days.loaded_on <= account_day_ids.loaded_until

    group by all

)

select * from touches_by_account_day
