-- Marketing: which accounts research competitors, and which our own category? Research
-- on competitors reads as churn, on our category as growth. Every signal is that of the
-- last day on which it was stored: those without weight are of the last day of a month.

with

stored as (

    select
        account_id,
        signal,
        value,
        status,
        snapshot_date,
        max(snapshot_date) over (partition by signal) as last_stored_day

    from signal_scores_daily

    where
        signal in (
            'competitor_intent_share_28d',
            'competitor_intent_change_28d',
            'category_intent_change_28d',
            'intent_topics_28d'
        )

),

intents as (

    select
        account_id,
        max(case when signal = 'competitor_intent_share_28d' then value end)
            as competitor_share,
        max(case when signal = 'competitor_intent_change_28d' then value end)
            as competitor_change,
        max(case when signal = 'category_intent_change_28d' then value end)
            as category_change,
        max(case when signal = 'intent_topics_28d' then value end) as topics

    from stored

    where
        snapshot_date = last_stored_day
        and status = 'measured'

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
    intents.topics

from intents

inner join account_health_current as accounts
    on intents.account_id = accounts.account_id

where intents.account_id = coalesce(getvariable('account'), intents.account_id)

order by
    intents.competitor_share desc nulls last, accounts.arr desc nulls last,
    intents.account_id asc

limit 40
