-- Customer success manager, question 4: what do I do first, on which account, by when,
-- and why? Your accounts that need attention, most revenue at risk at the top.
-- The revenue at risk is that of a year times the chance to lose it, where that is
-- known; else times how far the score lies below healthy. Days are as of the last
-- night.

select
    place_of_owner as place,
    owner_id,
    account_name,
    round(revenue_at_risk) as revenue_at_risk,
    round(health_score) as health,
    health_band,
    title as do_first,
    owner_role as who,
    due_on,
    is_overdue,
    driver as because_of,
    alerts_in_words,
    next_renewal_on,
    days_since_last_touch

from csm_work_list

where
    -- scripts/query --owner names yours; elsewhere: set variable owner = '…'
    (getvariable('owner') is null or owner_id = getvariable('owner'))

    -- scripts/query --account names one account
    and account_id = coalesce(getvariable('account'), account_id)

order by owner_id nulls first, place_of_owner

-- take this away to see all
limit 20
