{#
    Signals of past days, scored again from what history stores of them: the values in
    signal_scores_daily, under any scorecard version of the seeds, also one that never scored that
    day. A query with one row per row of `account_versions` (account_id, snapshot_date, scorecard,
    scorecard_version; all four are the key) and signal with weight in that version: status,
    value, score, and the weights. What history has not stored of a day, since nothing gave it
    weight then, has the status 'not stored'.

    The median of peers is that of whom the scorecard scored on the day; with `peers`, which has the
    columns of account_versions, that of whom it is said to score there. Signals in the relation
    `left_out` (signal) count as if the version did not show them.
#}
{% macro rescored_signals(account_versions, peers=none, left_out=none) -%}
with

asked as (

    select distinct
        snapshot_date,
        scorecard,
        scorecard_version

    from {{ account_versions }}

),

stored_signals as (

    select
        account_id,
        snapshot_date,
        signal,
        status,
        value

    from {{ ref('signal_scores_daily') }}

    where snapshot_date in (select asked.snapshot_date from asked)

),

scorecard_signals as (

    select * from {{ ref('int_scorecard_signals') }}

    where
        signal_weight > 0
        and dimension_weight > 0
        {%- if left_out %}
        and signal not in (select left_out.signal from {{ left_out }} as left_out)
        {%- endif %}

),

{% if not peers -%}
-- peers are who had the scorecard on the day, in the version that held then
{% endif -%}
peer_signals as (

    select
        peers.account_id,
        asked.snapshot_date,
        scorecard_signals.*,
        stored_signals.status,
        stored_signals.value * scorecard_signals.direction as x

    from asked

    inner join {{ peers or ref('account_health_daily') }} as peers
        on
            asked.snapshot_date = peers.snapshot_date
            and asked.scorecard = peers.scorecard
            {%- if peers %}
            and asked.scorecard_version = peers.scorecard_version
            {%- endif %}

    inner join scorecard_signals
        on
            asked.scorecard = scorecard_signals.scorecard
            and asked.scorecard_version = scorecard_signals.scorecard_version
            and scorecard_signals.missing_policy = 'peer_median'

    inner join stored_signals
        on
            peers.account_id = stored_signals.account_id
            and peers.snapshot_date = stored_signals.snapshot_date
            and scorecard_signals.signal = stored_signals.signal

),

peer_measurements as (

    select
        *,
        {{ measured_score() }} as measured_score

    from peer_signals

),

peer_scores as (

    {{ peer_scores('peer_measurements') }}

),

asked_signals as (

    select
        account_versions.account_id,
        account_versions.snapshot_date,
        scorecard_signals.*,
        stored_signals.value,
        coalesce(stored_signals.status, 'not stored') as status,
        stored_signals.value * scorecard_signals.direction as x

    from {{ account_versions }} as account_versions

    inner join scorecard_signals
        on
            account_versions.scorecard = scorecard_signals.scorecard
            and account_versions.scorecard_version = scorecard_signals.scorecard_version

    left join stored_signals
        on
            account_versions.account_id = stored_signals.account_id
            and account_versions.snapshot_date = stored_signals.snapshot_date
            and scorecard_signals.signal = stored_signals.signal

),

measurements as (

    select
        *,
        {{ measured_score() }} as measured_score

    from asked_signals

)

select
    measurements.account_id,
    measurements.snapshot_date,
    measurements.scorecard,
    measurements.scorecard_version,
    measurements.signal,
    measurements.dimension,
    measurements.status,
    measurements.value,
    {{ counted_score() }} as score,
    measurements.signal_weight,
    measurements.dimension_weight

from measurements

left join peer_scores
    on
        measurements.snapshot_date = peer_scores.snapshot_date
        and measurements.scorecard = peer_scores.scorecard
        and measurements.scorecard_version = peer_scores.scorecard_version
        and measurements.signal = peer_scores.signal
{%- endmacro %}
