-- One row per evaluation per settled band, bucket of days to the renewal (or all of
-- them) and outcome: how many renewals with this band and bucket had it, and the
-- probability that a forecast goes by, with its interval.

{{ config(
    materialized='incremental',
    unique_key='evaluated_on',
    partition_by=('evaluated_on' if target.type == 'spark' else none),
    full_refresh=false,
    on_schema_change='fail',
) }}

select
    evaluation_day.evaluated_on,
    evaluation_day.observed_until,
    odds.settled_band,
    odds.renewal_bucket,
    odds.outcome,
    odds.observations,
    odds.outcomes,
    odds.based_on,
    odds.based_on_renewals,
    odds.probability,
    odds.probability_low,
    odds.probability_high,
    '{{ invocation_id }}' as run_id

from {{ ref('int_renewal_odds') }} as odds

inner join {{ ref('int_evaluation_day') }} as evaluation_day
    on odds.forecast_on = evaluation_day.observed_until
