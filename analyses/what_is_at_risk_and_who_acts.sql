-- Head of customer success, question 4: how much revenue is at risk with whom, and is
-- somebody acting? A row per manager, nobody first; the accounts that no one
-- works on are those whose first action is open, not in progress. The last columns name
-- the account that puts most at risk, and what is to be done there.

with

work_list as (

    select * from csm_work_list

    where account_id = coalesce(getvariable('account'), account_id)

)

select
    coalesce(owner_id, '(nobody)') as owner_id,
    count(*) as accounts,
    round(sum(arr)) as arr,
    round(sum(revenue_at_risk)) as revenue_at_risk,
    sum(case when severity = 'urgent' then 1 else 0 end) as with_urgent_alert,
    sum(case when days_to_renewal <= 90 then 1 else 0 end) as renew_in_90_days,
    sum(case when action_state = 'in progress' then 1 else 0 end) as in_progress,
    sum(case when action_state = 'open' then 1 else 0 end) as nobody_began,
    sum(case when is_overdue then 1 else 0 end) as overdue,
    max(case when place_of_owner = 1 then account_name end) as most_at_risk,
    max(case when place_of_owner = 1 then title end) as do_first,
    max(case when place_of_owner = 1 then owner_role end) as who

from work_list

group by owner_id

order by owner_id is not null, revenue_at_risk desc nulls last, owner_id asc
