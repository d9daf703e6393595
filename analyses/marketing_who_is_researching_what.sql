-- Marketing: which accounts research competitors, and which our own category? Research
-- on competitors reads as churn, on our category as growth. Signals that only some day
-- stores, such as those without weight, are of the last day of a month.

with

intent as (

    select
        account_id,
        signal,
        value,
        snapshot_date,
        row_number() over (
            partition by account_id, signal order by snapshot_date desc
        ) as recency

    from signal_scores_daily

    where
        signal in (
            'competitor_intent_share_28d',
            'competitor_intent_change_28d',
            'category_intent_change_28d',
            'intent_topics_28d'
        )
        and status = 'measured'
        and snapshot_date > (
            select max(account_health_daily.snapshot_date) - 31
            from account_health_daily
        )

),

intents as (

    select
        account_id,
        max(snapshot_date) as measured_on,
        max(case when signal = 'competitor_intent_share_28d' then value end)
            as competitor_share,
        max(case when signal = 'competitor_intent_change_28d' then value end)
            as competitor_change,
        max(case when signal = 'category_intent_change_28d' then value end)
            as category_change,
        max(case when signal = 'intent_topics_28d' then value end) as topics

    from intent

    where recency = 1

    group by account_id

)

select
    intents.account_id,
    accounts.account_name,
    accounts.health_band,
    round(accounts.arr) as arr,
    accounts.days_to_renewal,
    round(100 * intents.competitor_share) as percent_on_competitors,
    round(intents.competitor_change, 2) as competitor_change,
    round(intents.category_change, 2) as category_change,
    intents.topics,
    intents.measured_on

from intents

inner join account_health_current as accounts
    on intents.account_id = accounts.account_id

where intents.account_id = coalesce(getvariable('account'), intents.account_id)

order by
    intents.competitor_share desc nulls last, accounts.arr desc nulls last,
    intents.account_id asc

limit 40
