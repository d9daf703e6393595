-- Two views over the source files and the mapped tables; map.py prints both.

-- One row per file and table that it becomes: raw = source + explained, where the
-- explained difference is counted in the source alone.
create view reconciliation as

with

counted (source_file, source_rows, raw_table, raw_rows, explained, explanation) as (

    values
    (
        'accounts', (select count(*) from ravenstack.accounts),
        'crm.accounts', (select count(*) from crm.accounts),
        0, 'one to one'
    ),
    (
        'support_tickets', (select count(*) from ravenstack.support_tickets),
        'crm.cases', (select count(*) from crm.cases),
        0, 'one to one'
    ),
    (
        'support_tickets', (select count(*) from ravenstack.support_tickets),
        'survey.responses', (select count(*) from survey.responses),
        (
            select -count(*) from ravenstack.support_tickets
            where coalesce(trim(satisfaction_score), '') = ''
        ),
        'a ticket without a rating is no answer'
    ),
    (
        'subscriptions', (select count(*) from ravenstack.subscriptions),
        'billing.subscriptions', (select count(*) from billing.subscriptions),
        0, 'one to one'
    ),
    (
        'subscriptions', (select count(*) from ravenstack.subscriptions),
        'billing.products', (select count(*) from billing.products),
        (select count(distinct plan_tier) - count(*) from ravenstack.subscriptions),
        'one row per plan'
    ),
    (
        'feature_usage', (select count(*) from ravenstack.feature_usage),
        'usage.events', (select count(*) from usage.events),
        (select count(*) from ravenstack.feature_usage where error_count <> '0'),
        'a second event for the errors'
    ),
    (
        'feature_usage', (select count(*) from ravenstack.feature_usage),
        'usage.features', (select count(*) from usage.features),
        (select count(distinct feature_name) - count(*) from ravenstack.feature_usage),
        'one row per feature'
    ),
    (
        'churn_events', (select count(*) from ravenstack.churn_events),
        'none', 0,
        (select -count(*) from ravenstack.churn_events),
        'contradict subscriptions: see map.sql'
    )

)

select
    source_file,
    source_rows,
    raw_table,
    raw_rows,
    explained,
    raw_rows - source_rows - explained as unexplained,
    explanation
from counted;


-- One row per oddity of the files: how many rows have it, out of how many, and where
-- they end.
create view oddities as

with

subscriptions as (

    select
        *,
        moment(start_date) as started,
        coalesce(moment(end_date), 'infinity') as ended,
        min(moment(start_date)) over (partition by account_id) as first_started
    from ravenstack.subscriptions

),

accounts as (

    select
        accounts.account_id,
        accounts.churn_flag,
        moment(accounts.signup_date) as signed_up,
        min(subscriptions.first_started) as first_started,
        coalesce(bool_or(subscriptions.end_date is null), false) as is_running
    from ravenstack.accounts
    left join subscriptions
        on accounts.account_id = subscriptions.account_id
    group by all

),

overlapping as (

    select distinct
        subscriptions.subscription_id,
        subscriptions.account_id
    from subscriptions
    inner join subscriptions as others
        on subscriptions.account_id = others.account_id
            and subscriptions.subscription_id <> others.subscription_id
            and subscriptions.started < others.ended
            and others.started < subscriptions.ended

),

tickets as (

    select
        support_tickets.*,
        moment(submitted_at) as opened,
        moment(submitted_at)
        + to_minutes(try_cast(first_response_time_minutes as bigint)) as answered,
        moment(closed_at) as closed,
        accounts.account_id is null as is_orphan,
        accounts.signed_up,
        accounts.first_started
    from ravenstack.support_tickets
    left join accounts
        on support_tickets.account_id = accounts.account_id

),

subscriptions_by_id as (

    select distinct on (subscription_id) *
    from subscriptions
    order by subscription_id, started

),

usage_rows as (

    select
        feature_usage.*,
        moment(usage_date) as used,
        subscriptions_by_id.subscription_id is null as is_orphan,
        subscriptions_by_id.started,
        subscriptions_by_id.ended,
        subscriptions_by_id.first_started,
        count(*) over (partition by usage_id) as rows_of_id,
        count(*) over (partition by usage_id, feature_usage.subscription_id)
            as rows_of_event_id
    from ravenstack.feature_usage
    left join subscriptions_by_id
        on feature_usage.subscription_id = subscriptions_by_id.subscription_id

),

churn_events as (

    select
        churn_event_id,
        coalesce(bool_or(started <= moment(churn_date)), false) as has_started,
        coalesce(
            bool_or(started <= moment(churn_date) and ended > moment(churn_date)),
            false
        ) as is_running,
        coalesce(bool_or(ended = moment(churn_date)), false) as is_end,
        count(distinct ended) filter (
            where ended <> moment(churn_date)
                and abs(date_diff('day', moment(end_date), moment(churn_date))) <= 5
        ) as ends_around
    from ravenstack.churn_events
    left join subscriptions
        on churn_events.account_id = subscriptions.account_id
    group by churn_event_id

),

dates as (

    select unnest([signup_date]) as text from ravenstack.accounts
    union all
    select unnest([start_date, end_date]) from ravenstack.subscriptions
    union all
    select unnest([submitted_at, closed_at]) from ravenstack.support_tickets
    union all
    select usage_date from ravenstack.feature_usage
    union all
    select churn_date from ravenstack.churn_events

),

counted (oddity, affected, out_of, ends) as (

    select 'files with a byte-order mark',
        count_if(content[1:3] = '\xEF\xBB\xBF'::blob), count(*), 'removed on reading'
    from read_blob(getvariable('source_folder') || '/ravenstack_*.csv')
    union all
    select 'dates as DD-MM-YYYY', count(moment(text)), count(text),
        'written as ISO 8601'
    from dates
    union all
    select 'dates that cannot be read', count(text) - count(moment(text)), count(text),
        'passed on as they are, rejected by staging'
    from dates
    union all
    select 'tickets or usage without an account in the files',
        (select count_if(is_orphan) from tickets) + count_if(is_orphan),
        (select count(*) from tickets) + count(*),
        'passed on as they are, rejected by staging'
    from usage_rows
    union all
    select 'accounts with overlapping subscriptions',
        (select count(distinct account_id) from overlapping), count(*),
        'mapped: the project sums them'
    from accounts
    union all
    select 'subscriptions that overlap another one',
        (select count(*) from overlapping), count(*), 'as above'
    from subscriptions
    union all
    select 'subscriptions that end on the day they start', count_if(started = ended),
        count(*), 'mapped: they cover no day'
    from subscriptions
    union all
    select 'trials, mrr 0', count_if(is_trial = 'TRUE' and mrr_amount = '0'), count(*),
        'mapped with mrr 0'
    from subscriptions
    union all
    select 'end_date without churn_flag, or the reverse',
        count_if((end_date is not null) <> (churn_flag = 'TRUE')), count(*),
        'mapped without ended_at'
    from subscriptions
    union all
    select 'accounts flagged as churned, still subscribed', count_if(is_running),
        count(*), 'the flag is not mapped'
    from accounts
    where churn_flag = 'TRUE'
    union all
    select 'churn events', count(*), count(*),
        'not mapped: they contradict the subscriptions'
    from churn_events
    union all
    select '… while the account has running subscriptions', count_if(is_running),
        count(*), 'as above'
    from churn_events
    union all
    select '… before its first subscription', count_if(not has_started), count(*),
        'as above'
    from churn_events
    union all
    select '… on the day a subscription ends', count_if(is_end), count(*), 'as above'
    from churn_events
    union all
    select '… one to five days off, average of those ten days',
        cast(round(sum(ends_around) / 10) as bigint), count(*),
        'as above: so the very day is chance'
    from churn_events
    union all
    select 'tickets before sign-up', count_if(opened < signed_up), count(*),
        'mapped: only windows that reach back see them'
    from tickets
    union all
    select '… 90 days or more before the first subscription',
        count_if(date_diff('day', opened, first_started) >= 90), count(*),
        'mapped: no 90-day window sees them'
    from tickets
    union all
    select 'tickets without a rating',
        count_if(coalesce(trim(satisfaction_score), '') = ''), count(*),
        'no survey answer: csat stays unknown'
    from tickets
    union all
    select 'tickets answered after they were closed', count_if(answered > closed),
        count(*), 'mapped as they are'
    from tickets
    union all
    select 'tickets escalated, undated', count_if(escalation_flag = 'TRUE'), count(*),
        'no escalated_at: when is unknown'
    from tickets
    union all
    select 'usage before its subscription starts', count_if(used < started), count(*),
        'mapped to the account, on its own day'
    from usage_rows
    union all
    select 'usage on or after the end of its subscription', count_if(used >= ended),
        count(*), 'mapped to the account, on its own day'
    from usage_rows
    union all
    select 'usage before any subscription of the account',
        count_if(used < first_started), count(*),
        'mapped: only windows that reach back see it'
    from usage_rows
    union all
    select 'rows with a usage_id that another fact has too',
        count_if(rows_of_id > rows_of_event_id), count(*),
        'mapped: the subscription makes the id unique'
    from usage_rows
    union all
    select 'rows that repeat usage_id and subscription', count_if(rows_of_event_id > 1),
        count(*), 'mapped: staging keeps one per day'
    from usage_rows
    union all
    select 'usage with more errors than uses',
        count_if(try_cast(error_count as double) > try_cast(usage_count as double)),
        count(*), 'mapped: errors are events of their own'
    from usage_rows

)

select * from counted;
