-- One row per account per day to score per signal of its scorecard version that is
-- stored on that day: status, value, and the score that counts.

with

measurements as (

    select * from {{ ref('int_signal_measurements') }}

),

peer_scores as (

    select * from {{ ref('int_peer_scores') }}

)

select
    measurements.account_id,
    measurements.snapshot_date,
    measurements.signal,
    measurements.dimension,
    measurements.status,
    measurements.value,

    -- a stale source redistributes, whatever the policy
    case
        when measurements.status = 'measured'
            then {{ rounded('measurements.measured_score', 4) }}
        when measurements.status <> 'missing' then null
        when measurements.missing_policy = 'peer_median' then peer_scores.peer_score
        when measurements.missing_policy = 'neutral' then 50
        when measurements.missing_policy = 'penalise' then 0
    end as score,

    -- as the scorecard has them
    measurements.signal_weight,
    measurements.dimension_weight

from measurements

left join peer_scores
    on
        measurements.snapshot_date = peer_scores.snapshot_date
        and measurements.scorecard = peer_scores.scorecard
        and measurements.scorecard_version = peer_scores.scorecard_version
        and measurements.signal = peer_scores.signal
