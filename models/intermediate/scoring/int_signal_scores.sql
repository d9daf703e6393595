-- One row per account per day to score per signal that is stored on that day: status,
-- value, and the score that counts.

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
    {{ counted_score() }} as score,

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
