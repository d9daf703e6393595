-- Head of customer success: does the score tell who leaves, contracts and expands, how
-- far ahead, and does anything simpler tell as much? By the newest evaluation: the
-- score by outcome and window, then what stands beside it. The auc is the share of
-- pairs of an account with the outcome and one without that stand in the right order:
-- 0.5 is chance. difference is that of the simpler figure minus that of the score on
-- the same rows. scripts/backtest_report makes a page of it.

with

newest as (

    select max(evaluated_on) as evaluated_on from backtest_metrics

)

select
    backtest_metrics.outcome,
    backtest_metrics.horizon_days,
    backtest_metrics.lead_days,
    backtest_metrics.predictor,
    backtest_metrics.signal as best_signal,
    backtest_metrics.observations,
    backtest_metrics.outcomes,
    round(backtest_metrics.auc, 3) as auc,
    round(backtest_metrics.auc_low, 3) as auc_low,
    round(backtest_metrics.auc_high, 3) as auc_high,
    backtest_metrics.verdict,
    round(backtest_metrics.difference_from_health_score, 3) as difference,
    round(backtest_metrics.difference_low, 3) as difference_low,
    round(backtest_metrics.difference_high, 3) as difference_high,
    case
        when backtest_metrics.difference_low > 0 then 'beats the score'
        when backtest_metrics.difference_high < 0 then 'the score beats it'
        when backtest_metrics.difference_low is not null then 'no clear difference'
    end as against_the_score

from backtest_metrics

inner join newest
    on backtest_metrics.evaluated_on = newest.evaluated_on

where
    backtest_metrics.comparison = 'pooled'
    and (
        backtest_metrics.slice = 'all'
        or (
            backtest_metrics.slice = 'later_half'
            and backtest_metrics.predictor = 'best_signal'
        )
    )

order by
    case backtest_metrics.outcome when 'lost' then 1 when 'contracted' then 2 else 3 end
    asc,
    case when backtest_metrics.predictor = 'health_score' then 0 else 1 end asc,
    backtest_metrics.lead_days asc,
    backtest_metrics.horizon_days asc,
    backtest_metrics.auc desc nulls last,
    backtest_metrics.predictor asc
