-- Head of customer success: which signals tell who will leave within the quarter, and
-- does the score give them their weight? From the newest evaluation, the surest first.
-- AUC is the share of pairs (one who left, one who did not, on the same day) that the
-- signal puts in the right order; 0.5 is a coin. Look twice at what weighs much and
-- tells nothing, tells much and weighs nothing, or points the wrong way.

with

newest as (

    select max(evaluated_on) as evaluated_on from signal_predictiveness

),

signals as (

    select signal_predictiveness.*

    from signal_predictiveness

    inner join newest
        on signal_predictiveness.evaluated_on = newest.evaluated_on

    where signal_predictiveness.outcome = 'lost'

)

select
    rank_in_outcome as place,
    label,
    dimension,
    verdict,
    round(100 * weight, 1) as percent_of_score,
    round(auc, 2) as auc,
    concat(round(auc_low, 2), ' to ', round(auc_high, 2)) as auc_interval,
    round(100 * coverage) as percent_measured,
    accounts_with_outcome as accounts_lost,
    median_left,
    median_stayed,
    median_grew,
    round(left_distance, 2) as left_distance,
    case
        when verdict = 'points the wrong way' and weight > 0
            then 'its knots reward what those who leave have'
        when verdict = 'points the wrong way'
            then 'expected the other way round: think again before it gets weight'
        when verdict = 'predicts' and weight = 0 then 'a candidate for a weight'
        when verdict = 'no better than chance' and weight > 0
            then 'its weight buys nothing here'
        when verdict = 'may know the outcome'
            then 'seen shortly before the end: an alarm, no forecast'
    end as remark

from signals

order by
    rank_in_outcome asc nulls last,
    weight desc,
    signal asc
