-- One row per account per day to score per signal of its scorecard version: status,
-- score, effective weight, and contribution to the health score in points.

with

measurements as (

    select * from {{ ref('int_signal_measurements') }}

),

peer_medians as (

    select
        scorecard,
        scorecard_version,
        snapshot_date,
        signal,
        median(measured_score) as peer_score

    from measurements

    where
        missing_policy = 'peer_median'
        and measured_score is not null

    group by all

    having count(*) >= 5

),

scored_rows as (

    select
        measurements.account_id,
        measurements.snapshot_date,
        measurements.signal,
        measurements.dimension,
        measurements.dimension_weight,
        measurements.signal_weight,
        measurements.status,
        measurements.value,

        -- a stale source redistributes, whatever the policy
        case
            when measurements.status = 'measured'
                then {{ rounded('measurements.measured_score', 4) }}
            when measurements.status <> 'missing' then null
            when measurements.missing_policy = 'peer_median'
                then {{ rounded('peer_medians.peer_score', 4) }}
            when measurements.missing_policy = 'neutral' then 50
            when measurements.missing_policy = 'penalise' then 0
        end as score

    from measurements

    left join peer_medians
        on
            measurements.scorecard = peer_medians.scorecard
            and measurements.scorecard_version = peer_medians.scorecard_version
            and measurements.snapshot_date = peer_medians.snapshot_date
            and measurements.signal = peer_medians.signal

),

dimension_weights as (

    select
        account_id,
        snapshot_date,
        dimension,
        dimension_weight,
        {{ exact_sum('signal_weight') }} as configured,
        {{ exact_sum(
            "case when status <> 'not applicable' then signal_weight else 0 end"
        ) }} as applicable,
        {{ exact_sum('case when score is not null then signal_weight else 0 end') }}
            as scored

    from scored_rows

    group by all

),

account_weights as (

    select
        account_id,
        snapshot_date,
        {{ exact_sum('case when configured > 0 then dimension_weight else 0 end') }}
            as configured,
        {{ exact_sum('case when applicable > 0 then dimension_weight else 0 end') }}
            as applicable,
        {{ exact_sum('case when scored > 0 then dimension_weight else 0 end') }}
            as scored

    from dimension_weights

    group by all

),

weighted_rows as (

    select
        scored_rows.*,

        -- what the scorecard says
        {{ share_of_health('configured') }} as configured_weight,

        -- without what the company does not have: the base of coverage
        case
            when scored_rows.status = 'not applicable' then 0
            else {{ share_of_health('applicable') }}
        end as applicable_weight,

        -- what was scored carries all the weight
        case
            when scored_rows.score is null then 0
            else {{ share_of_health('scored') }}
        end as weight

    from scored_rows

    inner join dimension_weights
        on
            scored_rows.account_id = dimension_weights.account_id
            and scored_rows.snapshot_date = dimension_weights.snapshot_date
            and scored_rows.dimension = dimension_weights.dimension

    inner join account_weights
        on
            scored_rows.account_id = account_weights.account_id
            and scored_rows.snapshot_date = account_weights.snapshot_date

)

select
    account_id,
    snapshot_date,
    signal,
    dimension,
    status,
    value,
    score,
    configured_weight,
    applicable_weight,
    weight,
    -- plus zero, since a weight of 0 below neutral would give -0
    {{ rounded('weight * (score - 50)', 9) }} + 0.0 as contribution

from weighted_rows
