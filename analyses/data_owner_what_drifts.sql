-- Data owner: what has moved away from how it was, or tells less than before? On the
-- newest month-end of the newest evaluation, and for how many months in a row; the
-- index is the population stability index. A spread that moves because more is unknown
-- is a feed to look after; one that moves by itself may be our customers.

with

newest as (

    select max(evaluated_on) as evaluated_on from score_drift

),

months as (

    select score_drift.*

    from score_drift

    inner join newest
        on score_drift.evaluated_on = newest.evaluated_on

),

-- months without a warning up to this one, counted from the newest back
numbered as (

    select
        *,
        sum(case when warning is null then 1 else 0 end) over (
            partition by subject order by month_end desc
        ) as quiet_months_since,
        row_number() over (partition by subject order by month_end desc) as recency

    from months

),

since as (

    select
        subject,
        min(month_end) as warned_since,
        count(*) as months_in_a_row

    from numbered

    where quiet_months_since = 0

    group by subject

)

select
    numbered.label,
    numbered.subject,
    round(100 * numbered.weight, 1) as percent_of_score,
    numbered.drift,
    numbered.warning,
    since.warned_since,
    since.months_in_a_row,
    round(numbered.psi, 3) as index,
    round(100 * numbered.share_unknown, 1) as percent_unknown,
    round(100 * numbered.reference_share_unknown, 1) as percent_unknown_then,
    numbered.median_value,
    numbered.mean_value

from numbered

left join since
    on numbered.subject = since.subject

where numbered.recency = 1

order by
    since.months_in_a_row desc nulls last,
    numbered.psi desc nulls last,
    numbered.subject asc
