-- Customer success manager: whom do we know at the account, how well, and who is
-- missing? Closest ties first. capital is what the tie is worth, 0 to 100; a tie that
-- could thread belongs to somebody who is on no open opportunity yet and knows us well.
-- Without --account: the accounts that hang by one thread, or by none.

select
    ties.account_id,
    accounts.account_name,
    ties.contact_id,
    ties.persona,
    ties.importance,
    round(ties.capital) as capital,
    round(ties.engagement) as engagement,
    round(ties.influence) as influence,
    round(ties.trust) as trust,
    ties.last_touch_on,
    ties.touches_180d,
    ties.own_staff_180d,
    ties.could_thread_opportunity,
    ties.lonely_client_90d = 1 as is_lonely,
    ties.single_threaded_opportunities,
    accounts.owner_id

from relationship_map as ties

left join account_health_current as accounts
    on ties.account_id = accounts.account_id

where
    ties.account_id = getvariable('account')
    or (
        getvariable('account') is null
        and (ties.lonely_client_90d = 1 or ties.single_threaded_opportunities > 0)
    )

order by
    accounts.arr desc nulls last, ties.account_id asc, ties.capital desc nulls last,
    ties.contact_id asc

-- take this away to see all
limit 40
