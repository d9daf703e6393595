-- Head of customer success: how is every group of companies today, who is the worst in
-- it, and how much of it is measured?

select
    parents.parent_account_id,
    names.account_name as parent_name,
    parents.accounts,
    round(parents.arr) as arr,
    round(parents.health_score, 1) as score_by_revenue,
    round(100 * parents.scored_arr_share) as measured_percent_of_arr,
    parents.green_accounts as green,
    parents.yellow_accounts as yellow,
    parents.orange_accounts as orange,
    parents.red_accounts as red,
    parents.unscored_accounts as unscored,
    parents.worst_account_id,
    worst_names.account_name as worst_account_name,
    round(parents.worst_health_score, 1) as worst_score,
    round(parents.own_health_score, 1) as own_score

from parent_account_health_daily as parents

left join account_health_current as names
    on parents.parent_account_id = names.account_id

left join account_health_current as worst_names
    on parents.worst_account_id = worst_names.account_id

where
    parents.snapshot_date = (
        select max(account_health_daily.snapshot_date) from account_health_daily
    )
    and parents.accounts > 0
    and parents.parent_account_id
    = coalesce(getvariable('account'), parents.parent_account_id)

order by parents.arr desc nulls last, parents.parent_account_id asc
