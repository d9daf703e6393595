-- Head of customer success, question 4: what is called for, who is on it, and
-- what did the signals do after an action was done? A row per action, the most called
-- for first. The last columns are of accounts on which its effect is known: mean score
-- of the signal that hurt most when the task was created, then and four weeks after it
-- was done. What the signal did is not yet what the action caused.

with

actions as (

    select * from recommended_actions

    where account_id = coalesce(getvariable('account'), account_id)

)

select
    title,
    owner_role,
    sum(case when state = 'open' then 1 else 0 end) as nobody_began,
    sum(case when state = 'in progress' then 1 else 0 end) as in_progress,
    sum(case when is_overdue then 1 else 0 end) as overdue,
    sum(case when state = 'done' then 1 else 0 end) as done,
    sum(case when state = 'lapsed' then 1 else 0 end) as lapsed,
    count(score_change) as effects_known,
    round(avg(case when score_change is not null then score_before end))
        as score_before,
    round(avg(case when score_change is not null then score_after end)) as score_after,
    sum(case when score_change > 0 then 1 else 0 end) as better,
    sum(case when score_change < 0 then 1 else 0 end) as worse

from actions

group by title, owner_role

order by nobody_began + in_progress desc, title asc
