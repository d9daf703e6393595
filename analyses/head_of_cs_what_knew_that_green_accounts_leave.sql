-- Head of customer success: which signals were red before green accounts left, and not
-- with green accounts that stayed? What stands first deserves more weight, or an alert.
-- Of 100 signals that know nothing, two or three look as if they knew; and where few
-- left while green, nothing can be said.

select
    signal,
    verdict,
    lost_measured as losses,
    lost_red as red_before_losses,
    round(100 * lost_red / nullif(lost_measured, 0)) as percent_of_losses,
    round(100 * kept_red / nullif(kept_measured, 0)) as percent_of_those_who_stayed,
    round(100 * difference) as difference,
    round(100 * difference_low) as difference_low,
    round(100 * difference_high) as difference_high

from watermelon_signals

where evaluated_on = (select max(evaluated_on) from watermelon_signals)

order by
    difference desc nulls last,
    losses desc,
    percent_of_losses - percent_of_those_who_stayed desc nulls last,
    signal asc

limit 30
