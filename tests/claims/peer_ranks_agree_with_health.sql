-- account_peer_ranks_daily has every account of account_health_daily on every day, with
-- its score. The peers of a rank are the others of its group, and the ranks of a group
-- have the mean 0.5. Compared are the last audited_days days, as for the ledger.

with

last_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('account_health_daily') }}

),

account_health as (

    select account_health_daily.*

    from {{ ref('account_health_daily') }} as account_health_daily

    inner join last_day
        on
            account_health_daily.snapshot_date
            > last_day.snapshot_date - {{ var('audited_days') }}

),

ranks as (

    select ranks.*

    from {{ ref('account_peer_ranks_daily') }} as ranks

    inner join last_day
        on ranks.snapshot_date > last_day.snapshot_date - {{ var('audited_days') }}

),

rows_that_differ as (

    select
        coalesce(account_health.snapshot_date, ranks.snapshot_date) as snapshot_date,
        coalesce(account_health.account_id, ranks.account_id) as place,
        'the account, its score, scorecard or segment differ' as problem

    from account_health

    full outer join ranks
        on
            account_health.account_id = ranks.account_id
            and account_health.snapshot_date = ranks.snapshot_date

    where
        account_health.account_id is null
        or ranks.account_id is null
        or account_health.health_score is distinct from ranks.health_score
        or account_health.scorecard is distinct from ranks.scorecard
        or account_health.segment is distinct from ranks.segment

),

-- ranks have six decimals
groups_that_differ as (

    select
        snapshot_date,
        concat(scorecard, ', ', segment) as place,
        'its peers are not the others with a score, or the mean rank is not 0.5'
            as problem

    from ranks

    where
        segment is not null
        and health_score is not null

    group by snapshot_date, scorecard, segment

    having
        min(peers) <> count(*) - 1
        or max(peers) <> count(*) - 1
        or abs(avg(peer_rank) - 0.5) > 0.000001
        or (count(peer_rank) > 0 and count(peer_rank) <> count(*))

)

select * from rows_that_differ

union all

select * from groups_that_differ
