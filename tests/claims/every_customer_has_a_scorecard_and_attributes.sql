-- No account-day in scope is lost on the way to the spine for want of a scorecard or of
-- attributes.

select distinct
    account_day_ids.account_id,
    account_day_ids.snapshot_date,
    account_days.scorecard

from {{ ref('int_account_day_ids') }} as account_day_ids

left join {{ ref('int_account_days') }} as account_days
    on
        account_day_ids.account_id = account_days.account_id
        and account_day_ids.snapshot_date = account_days.snapshot_date

where account_days.scorecard is null
