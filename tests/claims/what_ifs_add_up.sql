-- The accounts that the what-if shows from band to band are those that the candidate
-- would score: as many as were compared on the latest day, and on the ends of months;
-- and it shows every candidate there is.

with

summaries as (

    select * from {{ ref('scorecard_what_if_summary') }}

    where
        evaluated_on = (
            select max(newest.evaluated_on)
            from {{ ref('scorecard_what_if_summary') }} as newest
        )

),

bands as (

    select
        scorecard_what_if.evaluated_on,
        scorecard_what_if.scorecard,
        scorecard_what_if.scorecard_version,
        sum(
            case
                when scorecard_what_if.is_latest_day then scorecard_what_if.accounts
            end
        ) as accounts,
        sum(
            case
                when scorecard_what_if.snapshot_date <= scorecard_what_if.evaluated_on
                    then scorecard_what_if.accounts
            end
        ) as account_months,
        sum(
            case
                when
                    scorecard_what_if.is_latest_day
                    and scorecard_what_if.from_band <> 'unknown'
                    and scorecard_what_if.to_band <> 'unknown'
                    and scorecard_what_if.from_band <> scorecard_what_if.to_band
                    then scorecard_what_if.accounts
            end
        ) as moved_accounts

    from {{ ref('scorecard_what_if') }} as scorecard_what_if

    group by
        scorecard_what_if.evaluated_on,
        scorecard_what_if.scorecard,
        scorecard_what_if.scorecard_version

),

problems as (

    select
        summaries.scorecard,
        summaries.scorecard_version,
        summaries.accounts,
        bands.accounts as accounts_in_bands,
        'the accounts of its bands are not those that were compared' as problem

    from summaries

    left join bands
        on
            summaries.evaluated_on = bands.evaluated_on
            and summaries.scorecard = bands.scorecard
            and summaries.scorecard_version = bands.scorecard_version

    where
        summaries.accounts <> coalesce(bands.accounts, 0)
        or summaries.account_months <> coalesce(bands.account_months, 0)
        or summaries.accounts_band_up + summaries.accounts_band_down
        <> coalesce(bands.moved_accounts, 0)

    union all

    select
        candidates.scorecard,
        candidates.scorecard_version,
        null as accounts,
        null as accounts_in_bands,
        'the what-if does not have it, though an evaluation was due' as problem

    from {{ ref('int_candidates') }} as candidates

    cross join {{ ref('int_evaluation_day') }} as evaluation_day

    left join summaries
        on
            evaluation_day.evaluated_on = summaries.evaluated_on
            and candidates.scorecard = summaries.scorecard
            and candidates.scorecard_version = summaries.scorecard_version
            and candidates.policy_fingerprint = summaries.policy_fingerprint

    where summaries.scorecard is null

)

select * from problems
