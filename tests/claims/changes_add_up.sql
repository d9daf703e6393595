-- The change of a score is the sum of behaviour, coverage, configuration and caps: all
-- four are known, or none with a reason, and it is known whenever both scores are.

select
    account_id,
    period_days,
    change,
    behaviour,
    coverage,
    configuration,
    caps,
    not_explained_because

from {{ ref('health_changes') }}

where
    (change is null) <> (first_health_score is null or health_score is null)
    or abs(change - (health_score - first_health_score)) > 0.000001
    or (change is null and not_explained_because is null)
    or (behaviour is null) <> (not_explained_because is not null)
    or (coverage is null) <> (not_explained_because is not null)
    or (configuration is null) <> (not_explained_because is not null)
    or (caps is null) <> (not_explained_because is not null)
    or abs(change - (behaviour + coverage + configuration + caps)) > 0.000001
