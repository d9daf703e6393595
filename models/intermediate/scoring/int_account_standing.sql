-- One row per account in scope on the latest day: where it is going, by the impact axis
-- of the last 90 days, and whether its health hides a red axis.

{%- set recent_days = 28 %}
{%- set all_days = 90 %}

with

account_health_daily as (

    select * from {{ ref('account_health_daily') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from account_health_daily

),

account_health as (

    select
        account_health_daily.account_id,
        account_health_daily.snapshot_date,
        account_health_daily.scorecard,
        account_health_daily.scorecard_version,
        account_health_daily.health_score,
        account_health_daily.relationship_score,
        account_health_daily.impact_score,
        latest_day.snapshot_date as latest_day

    from account_health_daily

    inner join latest_day
        on
            account_health_daily.snapshot_date
            > latest_day.snapshot_date - {{ all_days }}

),

latest as (

    select * from account_health

    where snapshot_date = latest_day

),

thresholds as (

    select
        max(case when threshold = 'momentum_rising' then value end) as rising,
        max(case when threshold = 'momentum_least_movement' then value end)
            as least_movement

    from {{ ref('thresholds') }}

),

-- under another scorecard version a score moves without the customer
days_before as (

    select
        latest.account_id,
        account_health.impact_score,
        case
            when account_health.snapshot_date > latest.snapshot_date - {{ recent_days }}
                then 'recent'
            else 'earlier'
        end as period

    from latest

    inner join account_health
        on
            latest.account_id = account_health.account_id
            and latest.scorecard = account_health.scorecard
            and latest.scorecard_version = account_health.scorecard_version

    where account_health.impact_score is not null

),

sums as (

    select
        account_id,
        {%- for period in ['recent', 'earlier'] %}
        sum(case when period = '{{ period }}' then 1 else 0 end) as {{ period }}_days,
        {{ exact_sum("case when period = '" ~ period ~ "' then impact_score end") }}
            as {{ period }}_total,
        {%- endfor %}
        count(*) as days,
        {{ exact_sum('impact_score') }} as total,
        {{ exact_sum('impact_score * impact_score') }} as total_of_squares

    from days_before

    group by account_id

),

movements as (

    select
        account_id,
        recent_total / recent_days - earlier_total / earlier_days as movement,
        sqrt(
            abs(total_of_squares - total * total / days) / nullif(days - 1, 0)
        ) as deviation

    from sums

    -- at least half of the days of both
    where
        recent_days >= {{ recent_days / 2 }}
        and earlier_days >= {{ (all_days - recent_days) / 2 }}

),

momentum as (

    select
        movements.account_id,
        {{ rounded(
            'movements.movement / case when movements.deviation '
            ~ '> thresholds.least_movement then movements.deviation '
            ~ 'else thresholds.least_movement end', 4
        ) }} as momentum

    from movements

    cross join thresholds

),

health_bands as (

    select
        effective_from,
        effective_to,
        max(min_score) as best_from,
        min(below_score) as worst_below

    from {{ ref('int_health_bands') }}

    group by effective_from, effective_to

)

select
    latest.account_id,
    momentum.momentum,
    case
        when momentum.momentum >= thresholds.rising then 'rising'
        when momentum.momentum <= -thresholds.rising then 'falling'
        when momentum.momentum is null then null
        when latest.impact_score >= health_bands.best_from then 'steady'
        when latest.impact_score < health_bands.best_from then 'stagnant'
    end as direction,

    -- green outside, red inside
    case
        when latest.health_score is null then null
        when latest.health_score < health_bands.best_from then false
        when latest.relationship_score < health_bands.worst_below then true
        when latest.impact_score < health_bands.worst_below then true
        else false
    end as is_watermelon

from latest

cross join thresholds

left join momentum
    on latest.account_id = momentum.account_id

left join health_bands
    on
        latest.snapshot_date >= health_bands.effective_from
        and latest.snapshot_date < health_bands.effective_to
