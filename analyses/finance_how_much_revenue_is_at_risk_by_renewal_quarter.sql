-- Finance: how much revenue comes up for renewal in each quarter, and how much of it is
-- with accounts that are critical, at risk, or without a score? The renewal is the next
-- end of a contract term; an account without one stands in the last row.

with

accounts as (

    select
        arr,
        health_band,
        case
            when days_to_renewal is not null then snapshot_date + days_to_renewal
        end as renewal_date

    from account_health_current

)

select
    case
        when renewal_date is null then 'no term'
        else concat(year(renewal_date), ' Q', quarter(renewal_date))
    end as renewal_quarter,
    count(*) as accounts,
    round(sum(arr)) as arr,
    round(sum(case when health_band = 'critical' then arr else 0 end)) as critical_arr,
    round(sum(case when health_band = 'at_risk' then arr else 0 end)) as at_risk_arr,
    round(sum(case when health_band = 'unknown' then arr else 0 end)) as unknown_arr,
    round(
        100 * sum(case when health_band in ('critical', 'at_risk') then arr else 0 end)
        / nullif(sum(arr), 0)
    ) as percent_at_risk,
    count(*) - count(arr) as accounts_without_known_arr

from accounts

group by renewal_quarter

order by renewal_quarter = 'no term', renewal_quarter
