-- Head of customer success: what would happen if a candidate scorecard were published?
-- A row per move from band to band on the latest day that was compared, the largest
-- revenue first; words says it all in a sentence, and whether the candidate tells
-- better who is lost. Who moves, and why, is in scorecard_what_if_accounts.

with

newest as (

    select max(evaluated_on) as evaluated_on from scorecard_what_if_summary

),

summaries as (

    select scorecard_what_if_summary.*

    from scorecard_what_if_summary

    inner join newest
        on scorecard_what_if_summary.evaluated_on = newest.evaluated_on

)

select
    summaries.scorecard,
    summaries.scorecard_version,
    summaries.snapshot_date,
    bands.from_band,
    bands.to_band,
    bands.accounts,
    round(bands.arr) as arr,
    round(bands.mean_change, 1) as mean_change_in_points,
    summaries.verdict,
    round(summaries.auc, 3) as auc,
    round(summaries.published_auc, 3) as published_auc,
    summaries.sentence as words

from summaries

left join scorecard_what_if as bands
    on
        summaries.evaluated_on = bands.evaluated_on
        and summaries.scorecard = bands.scorecard
        and summaries.scorecard_version = bands.scorecard_version
        and bands.is_latest_day

order by
    summaries.scorecard asc,
    summaries.scorecard_version asc,
    bands.arr desc nulls last,
    bands.from_band asc,
    bands.to_band asc
