-- The latest day of this run, computed again from what history stores of it, under the
-- scorecard versions that scored it, is what was published.

select
    published.account_id,
    published.snapshot_date,
    published.scorecard,
    published.scorecard_version,
    published.health_score,
    recomputed.health_score as recomputed_health_score,
    published.uncapped_health_score,
    recomputed.uncapped_health_score as recomputed_uncapped_health_score,
    recomputed.not_recomputed_because

from {{ ref('account_health_daily') }} as published

left join {{ ref('int_recomputed_health') }} as recomputed
    on published.account_id = recomputed.account_id

where
    published.snapshot_date = (
        select max(days_to_score.snapshot_date)
        from {{ ref('int_days_to_score') }} as days_to_score
    )
    and (
        recomputed.account_id is null
        or recomputed.not_recomputed_because is not null
        {%- for column in ['health_score', 'uncapped_health_score', 'coverage',
            'applicable_share', 'relationship_score', 'impact_score'] %}
        or published.{{ column }} is distinct from recomputed.{{ column }}
        {%- endfor %}
    )
