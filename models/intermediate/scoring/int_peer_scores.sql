-- One row per day to score, scorecard version and signal whose policy it is: the median
-- score of those who have it, five at least.

select
    snapshot_date,
    scorecard,
    scorecard_version,
    signal,
    {{ rounded('median(measured_score)', 4) }} as peer_score

from {{ ref('int_signal_measurements') }}

where
    missing_policy = 'peer_median'
    and status = 'measured'

group by all

having count(*) >= 5
