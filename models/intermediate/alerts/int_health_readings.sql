-- One row per account per day of history per alert rule that looks at health on the day
-- itself, or at how far it fell since an earlier day; where there is nothing to read,
-- there is no row.

{{ config(materialized='view') }}

with

health_history as (

    select * from {{ ref('int_health_history') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

caps as (

    select
        health_history.account_id,
        health_history.snapshot_date,
        rules.rule,
        cast(1 as double) as value,
        health_history.uncapped_health_score as value_before,
        health_history.health_score as value_now,
        health_history.cap as name

    from health_history

    inner join rules
        on rules.kind = 'cap'

    where health_history.cap is not null

),

lower_axes as (

    select
        health_history.account_id,
        health_history.snapshot_date,
        rules.rule,
        health_history.lower_axis_score as value,
        health_history.health_score as value_before,
        health_history.lower_axis_score as value_now,
        health_history.lower_axis as name

    from health_history

    inner join rules
        on
            rules.kind = 'red_inside'
            and health_history.health_band = rules.band

),

missing_scores as (

    select
        health_history.account_id,
        health_history.snapshot_date,
        rules.rule,
        cast(health_history.snapshot_date - health_history.last_scored_on as int)
            as value,
        cast(null as double) as value_before,
        100 * health_history.coverage as value_now,
        cast(null as string) as name

    from health_history

    inner join rules
        on rules.kind = 'score_missing'

    where
        health_history.health_score is null

        -- a score of an earlier time as a customer is not missed
        and health_history.last_scored_on
        >= health_history.snapshot_date - health_history.tenure_days

),

-- what another scorecard says is no fall: against the first day of the present one,
-- where it is not as old as the rule looks back
falls as (

    select
        health_history.account_id,
        health_history.snapshot_date,
        rules.rule,
        case rules.kind
            when 'coverage_fall'
                then 100 * (day_before.coverage - health_history.coverage)
            else day_before.health_score - health_history.health_score
        end as value,
        case rules.kind
            when 'coverage_fall' then 100 * day_before.coverage
            else day_before.health_score
        end as value_before,
        case rules.kind
            when 'coverage_fall' then 100 * health_history.coverage
            else health_history.health_score
        end as value_now,
        cast(null as string) as name

    from health_history

    inner join rules
        on
            rules.kind = 'coverage_fall'
            or (
                rules.kind = 'renewal_fall'
                and health_history.days_to_renewal <= rules.within_days
            )

    inner join health_history as day_before
        on
            health_history.account_id = day_before.account_id
            and day_before.snapshot_date = case
                when
                    health_history.scorecard_since
                    > health_history.snapshot_date - rules.look_back_days
                    then health_history.scorecard_since
                else health_history.snapshot_date - rules.look_back_days
            end

),

health_readings as (

    {%- for readings in ['caps', 'lower_axes', 'missing_scores', 'falls'] %}

    {{ 'union all' if not loop.first }}

    select * from {{ readings }}

    {%- endfor %}

)

select
    account_id,
    snapshot_date,
    rule,
    {{ rounded('value', 4) }} as value,
    value_before,
    value_now,
    name

from health_readings

where value is not null
