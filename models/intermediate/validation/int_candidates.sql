-- One row per candidate scorecard version: for whom it would be, a fingerprint of what
-- it says, and whether the newest what-if has told of it as it is now.

{{ config(materialized='view') }}

{%- set selectors = ['customer_type', 'segment', 'industry', 'region', 'size_band',
    'service_tier', 'product', 'lifecycle_stage'] %}
{%- set signal_settings = ['signal', 'signal_weight', 'dimension', 'dimension_weight',
    'missing_policy', 'shape', 'direction', 'zero_at', 'fifty_at', 'hundred_at',
    'hundred_until', 'zero_again_at'] %}

with

candidates as (

    select
        scorecard,
        version as scorecard_version,
        priority,
        {%- for selector in selectors %}
        {{ selector }},
        {%- endfor %}
        minimum_coverage,
        changed_by,
        change_reason

    from {{ ref('scorecards') }}

    where status = 'candidate'

),

-- what has no weight changes no score
counted_signals as (

    select * from {{ ref('int_scorecard_signals') }}

    where
        signal_weight > 0
        and dimension_weight > 0

),

fingerprints as (

    select
        candidates.scorecard,
        candidates.scorecard_version,
        {{ fingerprint(
            selectors
            + ['priority', 'minimum_coverage', 'changed_by', 'change_reason']
            + signal_settings
        ) }} as policy_fingerprint

    from candidates

    left join counted_signals
        on
            candidates.scorecard = counted_signals.scorecard
            and candidates.scorecard_version = counted_signals.scorecard_version

    group by candidates.scorecard, candidates.scorecard_version

),

told as (

    select * from ({{ candidates_in_history() }}) as candidates_in_history

),

newest as (

    select max(evaluated_on) as evaluated_on

    from ({{ evaluations_in_history() }}) as evaluations_in_history

)

select
    candidates.*,
    fingerprints.policy_fingerprint,
    newest_told.scorecard is not null as is_told

from candidates

inner join fingerprints
    on
        candidates.scorecard = fingerprints.scorecard
        and candidates.scorecard_version = fingerprints.scorecard_version

cross join newest

left join told as newest_told
    on
        newest.evaluated_on = newest_told.evaluated_on
        and candidates.scorecard = newest_told.scorecard
        and candidates.scorecard_version = newest_told.scorecard_version
        and fingerprints.policy_fingerprint = newest_told.policy_fingerprint
