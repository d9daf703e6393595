-- Head of customer success: which accounts look healthy and hide a red axis, the
-- relationship or the impact? Such accounts leave without an alarm. Those that come
-- next to it follow: healthy, with the widest gap between the two axes.

select
    account_id,
    account_name,
    owner_id,
    is_watermelon,
    round(health_score, 1) as health_score,
    round(relationship_score, 1) as relationship_score,
    round(impact_score, 1) as impact_score,
    quadrant,
    direction,
    round(100 * coverage) as measured_percent,
    round(arr) as arr,
    days_to_renewal,
    hurting_signals

from account_health_current

where
    account_id = coalesce(getvariable('account'), account_id)
    and is_watermelon is not null
    and (is_watermelon or health_band = 'healthy')

order by
    is_watermelon desc,
    abs(relationship_score - impact_score) desc nulls last,
    account_id asc

-- take this away to see all
limit 20
