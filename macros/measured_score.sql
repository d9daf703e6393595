{#
    The score of a row that was measured, 0 to 100, by the knots of its scorecard version: from
    the columns status, x (the value times direction), shape, and the knots as
    int_scorecard_signals has them. Null unless status is measured and there are knots.
#}
{% macro measured_score() -%}
case
    when status <> 'measured' or shape is null then null
    when shape = 'step'
        then case
            when x < fifty_at or x >= zero_again_at then 0
            when x < hundred_at or x > hundred_until then 50
            else 100
        end
    when x <= zero_at or x >= zero_again_at then 0
    when x < fifty_at then 50 * (x - zero_at) / (fifty_at - zero_at)
    when x < hundred_at then 50 + 50 * (x - fifty_at) / (hundred_at - fifty_at)
    when x > hundred_until
        then 100 * (zero_again_at - x) / (zero_again_at - hundred_until)
    else 100
end
{%- endmacro %}


{#
    A query with one row per day, scorecard version and signal whose policy it is: the median
    score of those who have it, five at least; from rows with the columns snapshot_date,
    scorecard, scorecard_version, signal, missing_policy, status and measured_score.
#}
{% macro peer_scores(measurements) -%}
select
    snapshot_date,
    scorecard,
    scorecard_version,
    signal,
    {{ rounded('median(measured_score)', 4) }} as peer_score

from {{ measurements }}

where
    missing_policy = 'peer_median'
    and status = 'measured'

group by all

having count(*) >= 5
{%- endmacro %}


{#
    The score that counts, from the columns status, measured_score, missing_policy and
    peer_score: what was measured, or what stands in for it. A stale source redistributes,
    whatever the policy.
#}
{% macro counted_score() -%}
case
    when status = 'measured' then {{ rounded('measured_score', 4) }}
    when status <> 'missing' then null
    when missing_policy = 'peer_median' then peer_score
    when missing_policy = 'neutral' then 50
    when missing_policy = 'penalise' then 0
end
{%- endmacro %}
