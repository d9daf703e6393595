-- One row per candidate scorecard version when an evaluation is due: how many accounts
-- it would move on the latest day, and on the ends of months before.

{%- set candidate = ['scorecard', 'scorecard_version'] %}
{%- set moves = {
    'band up': 'band_up', 'band down': 'band_down', 'newly withheld': 'newly_withheld',
    'newly scored': 'newly_scored',
} %}

with

evaluation_day as (

    select * from {{ ref('int_evaluation_day') }}

),

candidates as (

    select * from {{ ref('int_candidates') }}

),

account_days as (

    select * from {{ ref('int_what_if_account_days') }}

),

health as (

    select * from {{ ref('int_what_if_health') }}

),

latest_day as (

    select max(snapshot_date) as snapshot_date from {{ ref('int_what_if_days') }}

),

latest as (

    select
        {{ candidate | join(', ') }},
        count(*) as accounts,
        {{ exact_sum('arr', 2) }} as arr,
        {%- for move, name in moves.items() %}
        count(case when move = '{{ move }}' then 1 end) as accounts_{{ name }},
        coalesce(
            {{ exact_sum("case when move = '" ~ move ~ "' then arr end", 2) }}, 0
        ) as arr_{{ name }},
        {%- endfor %}
        {{ rounded(exact_sum('change', 4) ~ ' / nullif(count(change), 0)', 4) }}
            as mean_change,
        {{ rounded(exact_sum('abs(change)', 4) ~ ' / nullif(count(change), 0)', 4) }}
            as mean_absolute_change

    from health

    where is_latest_day

    group by {{ candidate | join(', ') }}

),

months as (

    select
        {{ candidate | join(', ') }},
        {%- for move, name in moves.items() %}
        count(case when move = '{{ move }}' then 1 end) as account_months_{{ name }},
        {%- endfor %}
        count(distinct snapshot_date) as months,
        count(*) as account_months

    from health

    where snapshot_date <= evaluated_on

    group by {{ candidate | join(', ') }}

),

-- of any day
changed as (

    select
        {{ candidate | join(', ') }},
        count(
            case
                when move in ('newly withheld', 'newly scored') or change <> 0 then 1
            end
        ) as changed_account_days

    from health

    group by {{ candidate | join(', ') }}

),

asked as (

    select
        {{ candidate | join(', ') }},
        count(distinct case when snapshot_date <= evaluated_on then snapshot_date end)
            as months,
        count(case when is_latest_day then 1 end) as accounts

    from account_days

    group by {{ candidate | join(', ') }}

)

select
    candidates.scorecard,
    candidates.scorecard_version,
    evaluation_day.evaluated_on,
    latest_day.snapshot_date,
    coalesce(asked.accounts, 0) as accounts_in_scope,
    coalesce(latest.accounts, 0) as accounts,
    latest.arr,
    {%- for name in moves.values() %}
    coalesce(latest.accounts_{{ name }}, 0) as accounts_{{ name }},
    coalesce(latest.arr_{{ name }}, 0) as arr_{{ name }},
    coalesce(months.account_months_{{ name }}, 0) as account_months_{{ name }},
    {%- endfor %}
    latest.mean_change,
    latest.mean_absolute_change,
    coalesce(months.months, 0) as months,
    coalesce(asked.months, 0) - coalesce(months.months, 0) as months_left_out,
    coalesce(months.account_months, 0) as account_months,
    changed.changed_account_days

from candidates

cross join evaluation_day

cross join latest_day

{%- for relation in ['asked', 'latest', 'months', 'changed'] %}

left join {{ relation }}
    on
        candidates.scorecard = {{ relation }}.scorecard
        and candidates.scorecard_version = {{ relation }}.scorecard_version
{%- endfor %}
