-- Head of customer success: which actions were done, and what became of the signals
-- that called for them? The change is that of the signal's score (0 to 100) from the
-- day on which the action was done to some weeks later. It is no proof: low scores rise
-- by themselves, too.

select
    action,
    title,
    effort,
    owner_role,
    count(*) as accounts,
    count(case when state = 'open' then 1 end) as nobody_began,
    count(case when state = 'in progress' then 1 end) as in_progress,
    count(case when is_overdue then 1 end) as overdue,
    count(last_done_on) as done,
    count(score_change) as done_with_known_effect,
    count(case when score_change > 0 then 1 end) as better_after,
    count(case when score_change < 0 then 1 end) as worse_after,
    round(avg(score_change), 1) as mean_change_of_score,
    round(sum(case when state = 'open' then points_to_gain end), 1) as points_to_gain

from recommended_actions

group by action, title, effort, owner_role

order by done desc, accounts desc, action asc
