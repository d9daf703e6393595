-- Head of customer success: whose ratings of accounts are far from what the data says,
-- given shortly before a renewal, or long out of date? Leniency is how many points a
-- colleague rates above health, against all others; nobody is judged on a few ratings.

select
    assessed_by,
    team,
    count(*) as ratings,
    count(case when is_newest then 1 end) as newest_ratings,
    count(case when is_stale then 1 end) as out_of_date,
    count(case when is_last_minute then 1 end) as last_minute,
    count(case when is_after_notice then 1 end) as after_notice,
    round(avg(gap_to_health), 1) as mean_gap_to_health,
    round(max(assessor_leniency), 1) as leniency,
    bool_or(is_lenient) as is_lenient

from manual_rating_audit

where account_id = coalesce(getvariable('account'), account_id)

group by assessed_by, team

order by leniency desc nulls last, out_of_date desc, assessed_by asc
