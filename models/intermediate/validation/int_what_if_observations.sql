-- One row per candidate scorecard version, account and end of month on which the
-- candidate would score the account, and of which is known whether it was lost in the
-- headline window.

with

headline_window as (

    select * from {{ ref('backtest_windows') }}

    where is_headline = 1

)

select
    account_days.account_id,
    account_days.snapshot_date,
    account_days.scorecard,
    account_days.scorecard_version,
    account_days.published_scorecard,
    account_days.published_scorecard_version,
    outcomes.is_outcome

from {{ ref('int_what_if_account_days') }} as account_days

inner join {{ ref('int_observation_outcomes') }} as outcomes
    on
        account_days.account_id = outcomes.account_id
        and account_days.snapshot_date = outcomes.observation_date
        and outcomes.outcome = 'lost'

inner join headline_window
    on
        outcomes.horizon_days = headline_window.horizon_days
        and outcomes.lead_days = headline_window.lead_days
