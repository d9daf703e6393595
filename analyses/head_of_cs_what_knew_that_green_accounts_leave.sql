-- Head of customer success: which signals were red before green accounts left, and not
-- with green accounts that stayed? What stands first deserves more weight, or an alert.
-- Where few left while green, nothing can be said.

with

newest as (

    select entries.*

    from watermelon_signals as entries

    where
        entries.evaluated_on = (
            select max(evaluations.evaluated_on) from watermelon_signals as evaluations
        )

)

select
    signal,
    verdict,
    lost_measured as losses,
    lost_red as red_before_losses,
    round(100 * lost_red / nullif(lost_measured, 0)) as percent_of_losses,
    round(100 * kept_red / nullif(kept_measured, 0)) as percent_of_those_who_stayed,
    round(100 * difference) as difference

from newest

order by
    difference desc nulls last,
    losses desc,
    percent_of_losses - percent_of_those_who_stayed desc nulls last,
    signal asc

limit 30
