-- Customer success manager: how does an account stand among its peers, and is it
-- gaining on them? Peers have the same scorecard and segment. percent_ahead_of is the
-- share of them with a lower score, 50 is the middle. A market that falls takes all
-- scores down and moves nobody here.

with

latest_day as (

    select max(snapshot_date) as snapshot_date from account_peer_ranks_daily

)

select
    ranks.account_id,
    accounts.account_name,
    accounts.owner_id,
    ranks.scorecard,
    ranks.segment,
    ranks.peers,
    round(ranks.health_score, 1) as health_score,
    round(ranks.peer_median_health_score, 1) as median_of_peers,
    round(100 * ranks.peer_rank) as percent_ahead_of,
    round(100 * (ranks.peer_rank - before.peer_rank)) as gained_in_28_days,
    round(accounts.arr) as arr

from account_peer_ranks_daily as ranks

inner join latest_day
    on ranks.snapshot_date = latest_day.snapshot_date

left join account_peer_ranks_daily as before
    on
        ranks.account_id = before.account_id
        and ranks.snapshot_date - 28 = before.snapshot_date
        and ranks.scorecard = before.scorecard
        and ranks.segment = before.segment

left join account_health_current as accounts
    on ranks.account_id = accounts.account_id

where
    ranks.peer_rank is not null
    and ranks.account_id = coalesce(getvariable('account'), ranks.account_id)

order by ranks.peer_rank asc, accounts.arr desc nulls last, ranks.account_id asc

-- take this away to see all
limit 40
