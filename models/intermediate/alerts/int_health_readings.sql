-- One row per account per due day per alert rule that looks at health on the day, or
-- at how far it fell since an earlier day; where there is nothing to read, there is no
-- row.

{{ config(materialized='view') }}

with

health_history as (

    select * from {{ ref('int_health_history') }}

),

due_days as (

    select * from health_history

    where is_due

),

rules as (

    select * from {{ ref('alert_rules') }}

),

caps as (

    select
        due_days.account_id,
        due_days.snapshot_date,
        rules.rule,
        cast(1 as double) as value,
        due_days.uncapped_health_score as value_before,
        due_days.health_score as value_now,
        replace(due_days.cap, '_', ' ') as name

    from due_days

    inner join rules
        on rules.kind = 'cap'

    where due_days.cap is not null

),

lower_axes as (

    select
        due_days.account_id,
        due_days.snapshot_date,
        rules.rule,
        due_days.lower_axis_score as value,
        due_days.health_score as value_before,
        due_days.lower_axis_score as value_now,
        due_days.lower_axis as name

    from due_days

    inner join rules
        on
            rules.kind = 'red_inside'
            and due_days.health_band = rules.band

),

missing_scores as (

    select
        due_days.account_id,
        due_days.snapshot_date,
        rules.rule,
        cast(due_days.snapshot_date - due_days.last_scored_on as int)
            as value,
        cast(null as double) as value_before,
        100 * due_days.coverage as value_now,
        cast(null as string) as name

    from due_days

    inner join rules
        on rules.kind = 'score_missing'

    where
        due_days.health_score is null
        and due_days.last_scored_on >= due_days.snapshot_date - rules.look_back_days

        -- a score of an earlier time as a customer is not missed
        and due_days.last_scored_on >= due_days.snapshot_date - due_days.tenure_days

),

-- what another scorecard says is no fall: against the first day of the present one,
-- where it is not as old as the rule looks back
falls as (

    select
        due_days.account_id,
        due_days.snapshot_date,
        rules.rule,
        case rules.kind
            when 'coverage_fall'
                then 100 * (day_before.coverage - due_days.coverage)
            else day_before.health_score - due_days.health_score
        end as value,
        case rules.kind
            when 'coverage_fall' then 100 * day_before.coverage
            else day_before.health_score
        end as value_before,
        case rules.kind
            when 'coverage_fall' then 100 * due_days.coverage
            else due_days.health_score
        end as value_now,
        cast(null as string) as name

    from due_days

    inner join rules
        on
            rules.kind = 'coverage_fall'
            or (
                rules.kind = 'renewal_fall'
                and due_days.days_to_renewal <= rules.within_days
            )

    inner join health_history as day_before
        on
            due_days.account_id = day_before.account_id
            and day_before.snapshot_date = case
                when
                    due_days.scorecard_since
                    > due_days.snapshot_date - rules.look_back_days
                    then due_days.scorecard_since
                else due_days.snapshot_date - rules.look_back_days
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
