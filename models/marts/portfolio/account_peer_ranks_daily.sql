-- One row per account per day: where its health score stands among its peers, which are
-- the accounts with a score that have the same scorecard and segment on that day.

{{ config(
    materialized='incremental',
    unique_key='snapshot_date',
    partition_by=('snapshot_date' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

thresholds as (

    select
        max(case when threshold = 'peer_rank_minimum_peers' then value end)
            as minimum_peers

    from {{ ref('thresholds') }}

),

-- what the run has scored, and what an earlier one has not brought as far as here
days_due as (

    select
        snapshot_date,
        run_id

    from {{ ref('int_stored_days') }}

    {%- if is_incremental() %}

    except

    select
        snapshot_date,
        run_id

    from {{ this }}

    {%- endif %}

),

account_health as (

    select
        account_health_daily.account_id,
        account_health_daily.scorecard,
        account_health_daily.segment,
        account_health_daily.health_score,
        days_due.snapshot_date,
        days_due.run_id

    from account_health_daily

    inner join days_due
        on account_health_daily.snapshot_date = days_due.snapshot_date

),

ranks as (

    select
        account_id,
        snapshot_date,
        scorecard,
        segment,
        count(*) over (partition by snapshot_date, scorecard, segment) - 1 as peers,
        rank() over (
            partition by snapshot_date, scorecard, segment order by health_score
        ) - 1 as peers_below,
        count(*) over (
            partition by snapshot_date, scorecard, segment, health_score
        ) - 1 as equal_peers

    from account_health

    where
        segment is not null
        and health_score is not null

),

medians as (

    select
        snapshot_date,
        scorecard,
        segment,
        median(health_score) as median_health_score

    from account_health

    where
        segment is not null
        and health_score is not null

    group by snapshot_date, scorecard, segment

),

peer_ranks as (

    select
        account_health.account_id,
        account_health.snapshot_date,
        account_health.scorecard,
        account_health.segment,
        account_health.health_score,
        cast(ranks.peers as bigint) as peers,

        -- equals share the middle of their ranks
        case
            when ranks.peers >= thresholds.minimum_peers
                then {{ rounded(
                    '(ranks.peers_below + cast(ranks.equal_peers as double) / 2)'
                    ~ ' / nullif(ranks.peers, 0)', 6
                ) }}
        end as peer_rank,
        case
            when ranks.peers >= thresholds.minimum_peers
                then {{ rounded('medians.median_health_score', 4) }}
        end as peer_median_health_score,
        account_health.run_id

    from account_health

    cross join thresholds

    left join ranks
        on
            account_health.account_id = ranks.account_id
            and account_health.snapshot_date = ranks.snapshot_date

    left join medians
        on
            ranks.snapshot_date = medians.snapshot_date
            and ranks.scorecard = medians.scorecard
            and ranks.segment = medians.segment

)

select * from peer_ranks

order by snapshot_date
