-- Product: which features do healthy accounts use and others not, and which fail? The
-- gap is the mean health of the accounts that used the feature in 28 days minus that of
-- the other owners of its product, in points. It says that the two go together: many a
-- feature is used because all is well.

select
    feature,
    product_id,
    is_core,
    accounts as owners,
    using_accounts,
    round(100 * using_share) as percent_using,
    round(mean_health_using, 1) as mean_health_using,
    round(mean_health_other, 1) as mean_health_other,
    round(health_gap, 1) as health_gap,
    round(100 * failed_share_28d, 2) as percent_of_uses_failed,
    failing_accounts_28d as accounts_with_failures

from feature_health

order by health_gap desc nulls last, feature asc
