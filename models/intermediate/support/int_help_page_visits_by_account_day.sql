-- One row per account per day to score with a visit in the last 35 days that was, or
-- may have been, to a page of help or documentation: how many in the last 7 days, and
-- in the 28 before.

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
        and page_category in ('docs', 'help') as is_help_page_visit

    from {{ ref('stg_marketing__touches') }}

),

visit_days as (

    select
        account_id,
        occurred_on,
        loaded_on,
        count(case when is_help_page_visit then 1 end) as visits,
        count(case when is_help_page_visit is null then 1 end) as unclear_visits

    from touches

    where coalesce(is_help_page_visit, true)

    group by account_id, occurred_on, loaded_on

),

visits_by_account_day as (

    select
        account_day_ids.account_id,
        account_day_ids.snapshot_date,
        sum(
            case
                when visit_days.occurred_on > account_day_ids.snapshot_date - 7
                    then visit_days.visits
                else 0
            end
        ) as help_page_visits_7d,
        sum(
            case
                when visit_days.occurred_on > account_day_ids.snapshot_date - 7
                    then visit_days.unclear_visits
                else 0
            end
        ) as unclear_visits_7d,
        sum(
            case
                when visit_days.occurred_on <= account_day_ids.snapshot_date - 7
                    then visit_days.visits
                else 0
            end
        ) as help_page_visits_28d_before

    from account_day_ids

    inner join visit_days
        on
            account_day_ids.source_account_id = visit_days.account_id
            and visit_days.occurred_on > account_day_ids.snapshot_date - 35
            and visit_days.occurred_on <= account_day_ids.snapshot_date
            and visit_days.loaded_on <= account_day_ids.loaded_until

    group by account_day_ids.account_id, account_day_ids.snapshot_date

)

select * from visits_by_account_day
