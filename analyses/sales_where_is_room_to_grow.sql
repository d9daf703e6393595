-- Sales: what could healthy accounts buy next, by what it would usually bring? Same or
-- new impact, for the same or a new team; users and contacts in that team tell whom to
-- ask. open_deals above 0: somebody is selling to the account already.

select
    opportunities.rank_overall,
    opportunities.account_id,
    accounts.account_name,
    opportunities.product_id,
    opportunities.opportunity,
    concat(opportunities.impact, ' impact, ', opportunities.benefactor, ' team')
        as kind,
    opportunities.benefactor_team,
    round(opportunities.expected_seats) as seats,
    round(opportunities.expected_arr) as expected_arr,
    opportunities.usual_price_of,
    opportunities.users_in_team,
    opportunities.contacts_in_team,
    opportunities.open_objectives,
    round(opportunities.open_expansion_share_of_arr, 2) as open_deals_share_of_arr,
    round(opportunities.health_score) as health_score,
    accounts.owner_id

from expansion_opportunities as opportunities

left join account_health_current as accounts
    on opportunities.account_id = accounts.account_id

where
    opportunities.rank_overall is not null
    and opportunities.account_id
    = coalesce(getvariable('account'), opportunities.account_id)

order by opportunities.rank_overall

-- take this away to see all
limit 40
