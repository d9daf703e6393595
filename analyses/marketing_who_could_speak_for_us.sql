-- Marketing: which accounts could be asked for a reference, and whom there? Healthy,
-- promoters by their answers, with a champion who is in touch with us, by the limits in
-- seeds/thresholds.csv. Who has brought a referral has done so before.

select
    candidates.account_id,
    accounts.account_name,
    candidates.segment,
    candidates.industry,
    candidates.region,
    round(candidates.health_score, 1) as health_score,
    round(candidates.nps_180d) as nps,
    candidates.champion_contact_id,
    candidates.champion_last_touch_on,
    candidates.engaged_champions,
    candidates.referral_leads_365d,
    round(candidates.arr) as arr,
    candidates.owner_id

from advocacy_candidates as candidates

left join account_health_current as accounts
    on candidates.account_id = accounts.account_id

where candidates.account_id = coalesce(getvariable('account'), candidates.account_id)

order by
    candidates.champion_capital desc, candidates.arr desc nulls last,
    candidates.account_id asc
