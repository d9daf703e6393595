-- One row per account per day to score with a visit in the last 7 days to a page on
-- bills or on leaving, or to a page of which nobody knows what it is about.

with

account_day_ids as (

    select * from {{ ref('int_account_day_ids') }}

),

visits as (

    select
        account_id,
        occurred_on,
        loaded_on,

        -- null where the record does not tell
        action = 'visited'
        and channel = 'web'
        and page_category in ('billing', 'cancel') as is_billing_page_visit

    from {{ ref('stg_marketing__touches') }}

),

account_day_visits as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        count(
            case when visits.is_billing_page_visit then visits.account_id end
        ) as billing_page_visits_7d

    from account_day_ids

    inner join visits
        on
            account_day_ids.source_account_id = visits.account_id
            and visits.occurred_on > account_day_ids.snapshot_date - 7
            and visits.occurred_on <= account_day_ids.snapshot_date
            and visits.loaded_on <= account_day_ids.loaded_until

    where coalesce(visits.is_billing_page_visit, true)

    group by account_day_ids.account_id, account_day_ids.snapshot_date

)

select * from account_day_visits
