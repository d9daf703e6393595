-- Customer success manager, question 3: what changed in four weeks, and was it the
-- customer (behaviour), what came or went of the data (coverage), our own scorecard
-- (configuration) or a cap? The four parts add up to the change. The accounts that fell
-- most come first; with --account all periods of one.

select
    account_id,
    period_days,
    first_health_band as band_before,
    health_band as band_today,
    round(change, 1) as change,
    round(behaviour, 1) as behaviour,
    round(coverage, 1) as coverage,
    round(configuration, 1) as configuration,
    round(caps, 1) as caps,
    signals_down,
    signals_up,
    not_explained_because

from health_changes

where
    account_id = getvariable('account')
    or (getvariable('account') is null and period_days = 28)

order by
    change asc nulls last,
    account_id asc,
    period_days asc

-- take this away to see every account
limit 20
