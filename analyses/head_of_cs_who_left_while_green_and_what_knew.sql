-- Head of customer success: who left while the score said green, what did the account
-- look like at the last month-end before, and which of its signals were red? The first
-- named are least often red with green accounts that stay. Compare red_signals with
-- usual_red_signals: with 100 signals some are always red.

with

newest as (

    select entries.*

    from watermelon_register as entries

    where
        entries.evaluated_on = (
            select max(evaluations.evaluated_on) from watermelon_register as evaluations
        )

)

select
    account_id,
    account_name,
    lost_on,
    reason,
    round(arr_lost) as arr_lost,
    lost_on - last_green_on as days_of_warning,
    was_green_at_month_end,
    was_green_30_days_before,
    was_green_90_days_before,
    month_end,
    round(health_score, 1) as health_score,
    round(relationship_score, 1) as relationship_score,
    round(impact_score, 1) as impact_score,
    quadrant,
    cap,
    round(100 * coverage) as measured_percent,
    csm_rating,
    owner_id,
    red_signals,
    usual_red_signals,
    signals_that_knew

from newest

where account_id = coalesce(getvariable('account'), account_id)

order by arr_lost desc nulls last, lost_on desc, account_id asc
