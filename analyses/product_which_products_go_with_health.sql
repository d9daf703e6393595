-- Product: how healthy are the owners of each product, against accounts that may buy it
-- and do not own it, and how much room is left?

select
    opportunities.product_id,
    opportunities.impact_area,
    opportunities.benefactor_team,
    count(case when opportunities.is_owned then 1 end) as owners,
    count(case when opportunities.opportunity = 'white_space' then 1 end)
        as accounts_without_it,
    round(avg(case when opportunities.is_owned then opportunities.health_score end), 1)
        as mean_health_of_owners,
    round(
        avg(
            case
                when opportunities.opportunity = 'white_space'
                    then opportunities.health_score
            end
        ), 1
    ) as mean_health_without_it,
    round(sum(opportunities.arr)) as arr,
    round(sum(case when opportunities.is_healthy then opportunities.expected_arr end))
        as expected_arr_with_healthy_accounts

from expansion_opportunities as opportunities

group by
    opportunities.product_id, opportunities.impact_area, opportunities.benefactor_team

order by
    expected_arr_with_healthy_accounts desc nulls last, opportunities.product_id asc
