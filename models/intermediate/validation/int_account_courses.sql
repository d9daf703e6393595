-- One row per account per observed month-end that belongs to the course of its group:
-- left and grew, the months before the newest such outcome; stayed, all its months.

with

observations as (

    select
        account_id,
        observation_date,
        evaluated_on,
        cast(
            extract(year from observation_date) * 12
            + extract(month from observation_date) as int
        ) as month_number

    from {{ ref('int_observations') }}

),

looked_at as (

    select
        min(observation_date) as first_day,
        max(evaluated_on) as last_day,
        max(month_number) as last_month_number

    from observations

),

newest_outcomes as (

    select
        account_outcomes.account_id,
        max(
            case
                when account_outcomes.outcome in ('churned', 'inactive')
                    then account_outcomes.outcome_date
            end
        ) as lost_on,
        max(
            case
                when account_outcomes.outcome = 'contracted'
                    then account_outcomes.outcome_date
            end
        ) as contracted_on,
        max(
            case
                when account_outcomes.outcome = 'expanded'
                    then account_outcomes.outcome_date
            end
        ) as expanded_on

    from {{ ref('account_outcomes') }} as account_outcomes

    inner join looked_at
        on
            account_outcomes.outcome_date > looked_at.first_day
            and account_outcomes.outcome_date <= looked_at.last_day

    group by account_outcomes.account_id

),

-- who left after it had grown has left; who only shrank is in no group
grouped as (

    select
        observations.*,
        looked_at.last_month_number,
        case
            when newest_outcomes.lost_on is not null then 'left'
            when newest_outcomes.expanded_on is not null then 'grew'
            when newest_outcomes.contracted_on is null then 'stayed'
        end as outcome_group,
        coalesce(newest_outcomes.lost_on, newest_outcomes.expanded_on) as outcome_date

    from observations

    cross join looked_at

    left join newest_outcomes
        on observations.account_id = newest_outcomes.account_id

),

months as (

    select
        account_id,
        observation_date,
        evaluated_on,
        outcome_group,

        -- 0 is the last month-end before the month of the outcome; of those who stayed,
        -- the newest month-end that is looked at
        case outcome_group
            when 'stayed' then last_month_number - month_number
            else
                cast(
                    extract(year from outcome_date) * 12
                    + extract(month from outcome_date) as int
                ) - 1 - month_number
        end as months_before

    from grouped

)

select * from months

where
    outcome_group is not null
    and months_before >= 0
